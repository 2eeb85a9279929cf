# What protoc generates. Two functions; both put their output under one folder and make it a SYSTEM
# include folder of the target, since our warnings are not for generated code.
#
# presences_protobuf(TARGET ROOT FILES... [SERVICES...]): adds the C++ that protoc generates for
# FILES, and the gRPC stubs with mocks for SERVICES, to TARGET. Paths are relative to ROOT.
#
# The system's include folder comes first on protoc's path: some trees of googleapis carry a
# descriptor.proto that is newer than this protoc.
#
# presences_transcode(TARGET ROOT FILES... [SERVICES...] [DOCUMENT stem TITLE title]): adds what
# protoc-gen-presences generates: JSON for FILES, routes for SERVICES (a part of FILES), and with
# DOCUMENT the table of all routes and the OpenAPI document (stem.h, stem.json).
set(PRESENCES_PROTOBUF_OUT ${CMAKE_BINARY_DIR}/generated CACHE INTERNAL "Where generated C++ goes")

function(presences_proto_path variable root)
  set(path -I ${Protobuf_INCLUDE_DIRS} -I ${root})
  foreach(more ${PRESENCES_PROTO_ROOT} ${GOOGLEAPIS_ROOT})
    if(NOT more STREQUAL root)
      list(APPEND path -I ${more})
    endif()
  endforeach()
  set(${variable} ${path} PARENT_SCOPE)
endfunction()

function(presences_protobuf target root)
  cmake_parse_arguments(ARG "" "" "FILES;SERVICES" ${ARGN})
  file(MAKE_DIRECTORY ${PRESENCES_PROTOBUF_OUT})
  presences_proto_path(path ${root})
  foreach(proto ${ARG_FILES})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(out ${PRESENCES_PROTOBUF_OUT}/${stem})
    add_custom_command(
      OUTPUT ${out}.pb.cc ${out}.pb.h
      COMMAND protobuf::protoc ${path} --cpp_out=${PRESENCES_PROTOBUF_OUT} ${proto}
      DEPENDS ${root}/${proto} protobuf::protoc
      COMMENT "protoc ${proto}" VERBATIM)
    target_sources(${target} PRIVATE ${out}.pb.cc ${out}.pb.h)
  endforeach()
  foreach(proto ${ARG_SERVICES})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(out ${PRESENCES_PROTOBUF_OUT}/${stem})
    add_custom_command(
      OUTPUT ${out}.grpc.pb.cc ${out}.grpc.pb.h ${out}_mock.grpc.pb.h
      COMMAND protobuf::protoc ${path} --grpc_out=generate_mock_code=true:${PRESENCES_PROTOBUF_OUT}
              --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin> ${proto}
      DEPENDS ${root}/${proto} protobuf::protoc gRPC::grpc_cpp_plugin
      COMMENT "protoc (gRPC) ${proto}" VERBATIM)
    target_sources(${target} PRIVATE
      ${out}.grpc.pb.cc ${out}.grpc.pb.h ${out}_mock.grpc.pb.h)
  endforeach()
  target_include_directories(${target} SYSTEM PUBLIC ${PRESENCES_PROTOBUF_OUT})
  set_property(TARGET ${target} PROPERTY CXX_CLANG_TIDY "")
endfunction()

function(presences_transcode target root)
  cmake_parse_arguments(ARG "" "DOCUMENT;TITLE" "FILES;SERVICES" ${ARGN})
  file(MAKE_DIRECTORY ${PRESENCES_PROTOBUF_OUT})
  presences_proto_path(path ${root})
  set(outputs)
  foreach(proto ${ARG_FILES})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    list(APPEND outputs ${stem}.json.cc ${stem}.json.h)
  endforeach()
  foreach(proto ${ARG_SERVICES})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    list(APPEND outputs ${stem}.routes.cc ${stem}.routes.h)
  endforeach()
  set(parameters)
  if(ARG_DOCUMENT)
    set(parameters "document=${ARG_DOCUMENT},title=${ARG_TITLE},version=${PROJECT_VERSION}:")
    list(APPEND outputs ${ARG_DOCUMENT}.cc ${ARG_DOCUMENT}.h ${ARG_DOCUMENT}.json)
  endif()
  list(TRANSFORM outputs PREPEND ${PRESENCES_PROTOBUF_OUT}/)
  set(inputs ${ARG_FILES})
  list(TRANSFORM inputs PREPEND ${root}/)
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND protobuf::protoc ${path} --presences_out=${parameters}${PRESENCES_PROTOBUF_OUT}
            --plugin=protoc-gen-presences=$<TARGET_FILE:protoc-gen-presences> ${ARG_FILES}
    DEPENDS ${inputs} protobuf::protoc protoc-gen-presences
    COMMENT "protoc (JSON and routes) for ${target}" VERBATIM)
  list(FILTER outputs EXCLUDE REGEX "\\.json$")
  target_sources(${target} PRIVATE ${outputs})
  target_include_directories(${target} SYSTEM PUBLIC ${PRESENCES_PROTOBUF_OUT})
  target_link_libraries(${target} PUBLIC presences::proto_runtime)
  set_property(TARGET ${target} PROPERTY CXX_CLANG_TIDY "")
endfunction()
