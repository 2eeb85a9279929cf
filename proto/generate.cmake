# presences_protobuf(TARGET ROOT FILES... [SERVICES...]): adds the C++ that protoc generates for
# FILES, and the gRPC stubs with mocks for SERVICES, to TARGET. Paths are relative to ROOT.
#
# The system's include folder comes first on protoc's path: some trees of googleapis carry a
# descriptor.proto that is newer than this protoc.
set(PRESENCES_PROTOBUF_OUT ${CMAKE_BINARY_DIR}/generated)

function(presences_protobuf target root)
  cmake_parse_arguments(ARG "" "" "FILES;SERVICES" ${ARGN})
  file(MAKE_DIRECTORY ${PRESENCES_PROTOBUF_OUT})
  set(path -I ${Protobuf_INCLUDE_DIRS} -I ${root} -I ${PRESENCES_PROTO_ROOT} -I ${GOOGLEAPIS_ROOT})
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
  # SYSTEM: our warnings are not for generated code.
  target_include_directories(${target} SYSTEM PUBLIC ${PRESENCES_PROTOBUF_OUT})
  set_property(TARGET ${target} PROPERTY CXX_CLANG_TIDY "")
endfunction()
