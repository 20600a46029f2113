# SPDX-License-Identifier: Apache-2.0
# Debug, with address and undefined-behaviour sanitizers.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(SALLYPORT_SANITIZE "address,undefined" CACHE STRING "")
