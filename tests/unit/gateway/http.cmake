# The HTTP gateway without sockets, and what was made for it below.
presences_test(http_gateway_test
  SOURCES client_address_test.cc connection_stream_test.cc connection_test.cc credentials_test.cc
          fake_stream.cc http_fixture.cc request_handler_test.cc request_parser_test.cc
          ../service/list_cache_test.cc ../service/origin_policy_test.cc
          ../wire/error_json_test.cc ../wire/stream_json_test.cc
  DEPS presences::gateway_http presences::testing_gateway
  LABELS unit)
