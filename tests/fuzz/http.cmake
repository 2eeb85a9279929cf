# What anybody can send to the HTTP port.
if(PRESENCES_FUZZERS)
  target_compile_options(presences_gateway_http PRIVATE -fsanitize=fuzzer-no-link)
endif()

presences_fuzzer(http_request DEPS presences::gateway_http)
