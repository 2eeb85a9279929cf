# The gRPC gateway without a server.
presences_test(grpc_gateway_test
  SOURCES stream_life_test.cc
  DEPS presences::gateway_grpc
  LABELS unit)
