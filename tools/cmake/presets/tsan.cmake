# SPDX-License-Identifier: Apache-2.0
# Debug, with the thread sanitizer.
# Clang compiles this in half the time of GCC, and is a second opinion on the code.
set(CMAKE_C_COMPILER clang-19 CACHE STRING "")
set(CMAKE_CXX_COMPILER clang++-19 CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1" CACHE STRING "")
set(SALLYPORT_SANITIZE "thread" CACHE STRING "")
