# WebSocket fan-out against socket.io (npm packages of tests/).
find_program(NODE_PROGRAM node)
add_executable(socket_bench socket_bench.cc fan_out_side.cc http2_client.cc bench_child.cc tcp.cc)
target_link_libraries(socket_bench PRIVATE presences_compile_options)
add_test(NAME socket_bench COMMAND socket_bench ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/bench_server
                                   ${NODE_PROGRAM} ${CMAKE_CURRENT_SOURCE_DIR}/socket_io_peer.mjs)
set_tests_properties(socket_bench PROPERTIES LABELS bench TIMEOUT 120)
