# SPDX-License-Identifier: Apache-2.0
# A layer is a folder is a library: the link graph is the architecture.
#
#   sp_layer(registry SOURCES registry.cpp … PUBLIC sp_base PRIVATE SQLite::SQLite3)
#
# makes the static library sp_registry. Files are listed, never globbed.
function(sp_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(LAYER_SOURCES)
    add_library(sp_${name} STATIC ${LAYER_SOURCES})
    target_link_libraries(sp_${name} PUBLIC sp_options ${LAYER_PUBLIC} PRIVATE sp_warnings ${LAYER_PRIVATE})
  else()
    add_library(sp_${name} INTERFACE)
    target_link_libraries(sp_${name} INTERFACE sp_options ${LAYER_PUBLIC})
  endif()
endfunction()
