# SPDX-License-Identifier: Apache-2.0
# sp_bpf_skeleton(NAME FILE) compiles FILE.bpf.c for the BPF target and generates the skeleton
# ${CMAKE_BINARY_DIR}/bpf/NAME.skel.h; the interface library sp_bpf_NAME carries both.
find_program(BPF_CLANG NAMES clang-14 clang REQUIRED)
find_program(BPFTOOL bpftool PATHS /usr/sbin /sbin REQUIRED)
find_path(BPF_INCLUDE bpf/bpf_helpers.h REQUIRED)
execute_process(COMMAND ${CMAKE_C_COMPILER} -print-multiarch OUTPUT_VARIABLE BPF_MULTIARCH OUTPUT_STRIP_TRAILING_WHITESPACE)

function(sp_bpf_skeleton name file)
  set(object ${CMAKE_BINARY_DIR}/bpf/${name}.bpf.o)
  set(skeleton ${CMAKE_BINARY_DIR}/bpf/${name}.skel.h)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/bpf)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${BPF_CLANG} -target bpf -mcpu=v3 -O2 -g -std=gnu11 -Wall -Wextra -Werror
            -fdebug-prefix-map=${CMAKE_SOURCE_DIR}=.
            -I${CMAKE_SOURCE_DIR} -isystem /usr/include/${BPF_MULTIARCH}
            -MD -MF ${object}.d -MT ${object} -c ${CMAKE_CURRENT_SOURCE_DIR}/${file} -o ${object}
    DEPENDS ${file} DEPFILE ${object}.d
    COMMENT "BPF object ${name}" VERBATIM)
  add_custom_command(
    OUTPUT ${skeleton}
    COMMAND ${BPFTOOL} gen skeleton ${object} name ${name}_bpf > ${skeleton}.new
    COMMAND ${CMAKE_COMMAND} -E rename ${skeleton}.new ${skeleton}
    DEPENDS ${object}
    COMMENT "BPF skeleton ${name}" VERBATIM)
  add_custom_target(sp_bpf_${name}_skeleton DEPENDS ${skeleton})
  add_library(sp_bpf_${name} INTERFACE)
  add_dependencies(sp_bpf_${name} sp_bpf_${name}_skeleton)
  target_include_directories(sp_bpf_${name} SYSTEM INTERFACE ${CMAKE_BINARY_DIR}/bpf)
  target_link_libraries(sp_bpf_${name} INTERFACE bpf)
endfunction()
