# SPDX-License-Identifier: Apache-2.0
# sp_bpf_skeleton(NAME FILE) compiles FILE.bpf.c for the BPF target and generates the skeleton
# ${CMAKE_BINARY_DIR}/bpf/NAME.skel.h; the interface library sp_bpf_NAME carries both.
find_program(BPF_CLANG NAMES clang-14 clang REQUIRED)
find_program(BPFTOOL bpftool PATHS /usr/sbin /sbin REQUIRED)
find_path(BPF_INCLUDE bpf/bpf_helpers.h REQUIRED)

# sp_bpf_object(OBJECT FILE CLANG) compiles FILE, of the calling folder, into OBJECT.
function(sp_bpf_object object file clang)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/bpf)
  get_filename_component(source ${file} ABSOLUTE)
  get_filename_component(name ${object} NAME)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${clang} -target bpf -mcpu=v3 -O2 -g -std=gnu11 -Wall -Wextra -Werror
            -fdebug-prefix-map=${CMAKE_SOURCE_DIR}=.
            -I${CMAKE_SOURCE_DIR} -isystem /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
            -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
    DEPENDS ${source} DEPFILE ${object}.d
    COMMENT "BPF object ${name}" VERBATIM)
endfunction()

function(sp_bpf_skeleton name file)
  set(object ${CMAKE_BINARY_DIR}/bpf/${name}.bpf.o)
  set(skeleton ${CMAKE_BINARY_DIR}/bpf/${name}.skel.h)
  sp_bpf_object(${object} ${file} ${BPF_CLANG})
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
