# node_tests(LABELS ... [TIMEOUT seconds]): every NAME.test.mjs beside the calling CMakeLists.txt
# becomes the ctest NAME_test. They run the programs of this build.
find_program(NODE_PROGRAM node)

function(node_tests)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LABELS" ${ARGN})
  if(NOT NODE_PROGRAM)
    message(WARNING "node is missing, so the tests in ${CMAKE_CURRENT_SOURCE_DIR} are left out; "
                    "tests/run.sh installs it")
    return()
  endif()
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.test.mjs)
  foreach(file ${tests})
    get_filename_component(name ${file} NAME_WE)
    add_test(NAME ${name}_test COMMAND ${NODE_PROGRAM} --test ${file})
    set(environment
      PRESENCES_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
      PRESENCES_GOOGLEAPIS=${GOOGLEAPIS_ROOT}
      PRESENCES_SANITIZER=${PRESENCES_SANITIZER})
    set_tests_properties(${name}_test PROPERTIES
      LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${environment}")
  endforeach()
endfunction()
