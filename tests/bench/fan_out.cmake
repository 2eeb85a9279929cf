# Fan-out over gRPC, beside redis-server and nats-server where they are installed.
add_executable(fan_out_bench fan_out_bench.cc fan_out_side.cc http2_client.cc peers.cc
                             bench_child.cc tcp.cc)
target_link_libraries(fan_out_bench PRIVATE presences::proto presences_compile_options)
add_test(NAME fan_out_bench COMMAND fan_out_bench ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/bench_server)
set_tests_properties(fan_out_bench PROPERTIES LABELS bench TIMEOUT 300)
