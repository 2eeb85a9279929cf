# JSON over HTTP against a bare Beast echo (design 7).
add_executable(http_bench http_bench.cc http_bench_client.cc beast_echo.cc)
target_link_libraries(http_bench PRIVATE presences::gateway_http presences::testing_gateway
                                         Boost::headers presences_compile_options)
add_test(NAME http_bench COMMAND http_bench --rounds=5 --seconds=1)
set_tests_properties(http_bench PROPERTIES LABELS bench TIMEOUT 300)
