# SPDX-License-Identifier: Apache-2.0
# Debug, with the thread sanitizer.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(SALLYPORT_SANITIZE "thread" CACHE STRING "")
