# SPDX-License-Identifier: Apache-2.0
# Language, warnings and sanitizers for everything that is ours. Presets (initial caches for
# `cmake -C`) are beside this file: release, asan, tsan.

set(SALLYPORT_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (address,undefined or thread)")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED)

# Warnings are errors in our code; generated code does not link this.
add_library(sp_warnings INTERFACE)
target_compile_options(sp_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
# Clang also warns of what libbpf's and libxdp's option macros expand to, and of fields that a
# designated initialiser leaves at their defaults, which is what we have those for.
target_compile_options(sp_warnings INTERFACE
  "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:Clang>>:-Wno-c99-extensions;-Wno-gnu-statement-expression-from-macro-expansion;-Wno-missing-designated-field-initializers>")

add_library(sp_options INTERFACE)
target_include_directories(sp_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_link_libraries(sp_options INTERFACE Threads::Threads)
target_compile_definitions(sp_options INTERFACE BOOST_ASIO_NO_DEPRECATED SALLYPORT_VERSION="${PROJECT_VERSION}")
# GCC 12 reports a false -Wrestrict inside libstdc++'s string concatenation (GCC bug 105651).
target_compile_options(sp_options INTERFACE $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>)
# libstdc++ 12 itself uses what it deprecates, in std::stable_sort; Clang says so at every use.
target_compile_options(sp_options INTERFACE
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:Clang>>:-Wno-deprecated-declarations>)
if(SALLYPORT_SANITIZE)
  add_compile_options(-fsanitize=${SALLYPORT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SALLYPORT_SANITIZE})
endif()
