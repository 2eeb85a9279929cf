# The HTTP listener over loopback, with clients that misbehave as no library would let them.
presences_test(http_test
  SOURCES http_test.cc http_bad_input_test.cc http_tls_test.cc ../unit/gateway/http_fixture.cc
          support/http_harness.cc support/raw_client.cc support/self_signed.cc
  DEPS presences::gateway_http presences::testing_gateway OpenSSL::SSL
  LABELS integration)
