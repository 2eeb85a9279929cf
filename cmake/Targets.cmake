# Our three kinds of target. A folder is a target: every .cc beside its CMakeLists.txt belongs to it.

# presences_library(NAME DEPS ...): static library presences_NAME, alias presences::NAME.
function(presences_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;PRIVATE_DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  add_library(presences_${name} STATIC ${sources})
  add_library(presences::${name} ALIAS presences_${name})
  target_link_libraries(presences_${name}
    PUBLIC ${ARG_DEPS}
    PRIVATE ${ARG_PRIVATE_DEPS} presences_compile_options)
  target_include_directories(presences_${name} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# Builds every test that is labelled tsan: those that ThreadSanitizer can judge, because nothing
# prebuilt does their locking.
add_custom_target(tsan_tests)

# presences_test(NAME SOURCES ... DEPS ... LABELS ... [TIMEOUT seconds]): one GoogleTest program,
# one ctest entry. Sources are relative to the calling CMakeLists.txt.
function(presences_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock_main presences_compile_options)
  target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/generated)  # tests/support/paths.h
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  if("tsan" IN_LIST ARG_LABELS)
    add_dependencies(tsan_tests ${name})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
