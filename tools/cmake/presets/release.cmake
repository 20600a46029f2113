# SPDX-License-Identifier: Apache-2.0
# What is installed and measured: cmake -C tools/cmake/presets/release.cmake -B build/release -G Ninja
set(CMAKE_BUILD_TYPE Release CACHE STRING "")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG" CACHE STRING "")
