# What a million records cost. Compares with redis-server where it is installed.
add_executable(scale_bench scale_bench.cc peers.cc records.cc bench_child.cc tcp.cc unary_load.cc)
target_link_libraries(scale_bench PRIVATE presences::proto gRPC::grpc++ absl::synchronization
                                          presences_compile_options)
add_test(NAME scale_bench COMMAND scale_bench ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/bench_server)
set_tests_properties(scale_bench PROPERTIES LABELS bench TIMEOUT 600)
