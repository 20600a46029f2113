# SPDX-License-Identifier: Apache-2.0
# Tests are named by path. sp_gtest(unit registry SOURCES a_test.cpp … LIBS sp_registry) makes one
# executable and one ctest per case, named unit.registry.Suite.Case and labelled `unit`. The target
# tests_unit builds all executables of that kind.
find_package(GTest REQUIRED)
include(GoogleTest)

function(sp_gtest kind area)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  set(target ${kind}_${area})
  add_executable(${target} ${ARG_SOURCES})
  if(NOT TARGET tests_${kind})
    add_custom_target(tests_${kind})
  endif()
  add_dependencies(tests_${kind} ${target})
  target_link_libraries(${target} PRIVATE ${ARG_LIBS} sp_options sp_warnings GTest::gtest GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${target} TEST_PREFIX ${kind}.${area}. DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS ${kind} TIMEOUT ${ARG_TIMEOUT})
endfunction()

# sp_script_test(netns revoked_key_is_dropped FILE …) runs a script; 77 means skipped for a probed lack.
function(sp_script_test kind name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "COMMAND" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${kind}.${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${kind}.${name} PROPERTIES LABELS ${kind} TIMEOUT ${ARG_TIMEOUT}
    SKIP_RETURN_CODE 77 ENVIRONMENT "SALLYPORT_BUILD=${CMAKE_BINARY_DIR}")
endfunction()
