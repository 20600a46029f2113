# SPDX-License-Identifier: Apache-2.0
# sp_fuzz(NAME SOURCES … [LAYERS registry …] [LIBS z …]) makes build/…/fuzz/NAME, a libFuzzer program
# of these sources and those of the layers, and the ctest fuzz.NAME, which starts from corpus/NAME.
set(FUZZ_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
set(FUZZ_OPTIONS -g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize=address,undefined)
add_custom_target(tests_fuzz ALL)

# One object a source, shared by all targets that need it. Sets ${out} in the caller.
function(sp_fuzz_object source out)
  file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${source})
  set(object ${FUZZ_DIRECTORY}/objects/${path}.o)
  set(${out} ${object} PARENT_SCOPE)
  get_property(made GLOBAL PROPERTY FUZZ_OBJECTS)
  if(object IN_LIST made)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY FUZZ_OBJECTS ${object})
  get_filename_component(directory ${object} DIRECTORY)
  file(MAKE_DIRECTORY ${directory})
  set(language -x c++ -std=c++20)
  if(source MATCHES "\\.c$")
    set(language -x c -std=gnu11)
  endif()
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${CCACHE} ${FUZZ_CLANG} ${FUZZ_OPTIONS} -fsanitize=fuzzer-no-link -I${CMAKE_SOURCE_DIR}
            -Wall -Wextra -Werror -MD -MF ${object}.d -MT ${object} ${language} -c ${source} -o ${object}
    DEPENDS ${source} DEPFILE ${object}.d
    COMMENT "Fuzz object ${path}" VERBATIM)
endfunction()

function(sp_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LAYERS;LIBS" ${ARGN})
  foreach(source ${ARG_SOURCES})
    get_filename_component(absolute ${source} ABSOLUTE)
    list(APPEND sources ${absolute})
  endforeach()
  foreach(layer ${ARG_LAYERS})
    get_target_property(files sp_${layer} SOURCES)
    get_target_property(directory sp_${layer} SOURCE_DIR)
    list(TRANSFORM files PREPEND ${directory}/)
    list(APPEND sources ${files})
  endforeach()
  foreach(source ${sources})
    sp_fuzz_object(${source} object)
    list(APPEND objects ${object})
  endforeach()
  list(TRANSFORM ARG_LIBS PREPEND -l)
  set(program ${FUZZ_DIRECTORY}/${name})
  add_custom_command(
    OUTPUT ${program}
    COMMAND ${FUZZ_CLANG} ${FUZZ_OPTIONS} -fsanitize=fuzzer ${objects} ${ARG_LIBS} -o ${program}
    DEPENDS ${objects}
    COMMENT "Fuzzer ${name}" VERBATIM)
  add_custom_target(fuzz_${name} DEPENDS ${program})
  add_dependencies(tests_fuzz fuzz_${name})
  # A crash exits with 77 unless told otherwise, which ctest would take for "skipped".
  # What a run finds goes to the build directory; the seeds in the tree are only read.
  file(MAKE_DIRECTORY ${FUZZ_DIRECTORY}/found/${name})
  sp_script_test(fuzz ${name} COMMAND ${program} -runs=200000 -max_total_time=10 -timeout=5 -error_exitcode=1
    -max_len=4096 -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix=${FUZZ_DIRECTORY}/${name}-
    ${FUZZ_DIRECTORY}/found/${name} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
endfunction()
