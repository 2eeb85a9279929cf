# What browsers send over the Realtime socket: frames, and the messages in them.
if(PRESENCES_FUZZERS)
  target_compile_options(presences_gateway_ws PRIVATE -fsanitize=fuzzer-no-link)
endif()

presences_fuzzer(ws_frame DEPS presences::gateway_ws)
presences_fuzzer(client_message DEPS presences::gateway_ws)
