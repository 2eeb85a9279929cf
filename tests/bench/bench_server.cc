// The server under measurement: presenced as it is, and in the same process an empty callback
// method of gRPC, so that both are measured on the same threads and the same machine state.
//   bench_server memory|embedded FOLDER
// Prints one line: the addresses of gRPC, of HTTP, and of the empty method. Ends when stdin does.
#include <absl/synchronization/mutex.h>
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <string>

#include "nop.grpc.pb.h"
#include "server/app/server.h"
#include "server/auth/api_key.h"
#include "server/base/log.h"
#include "tests/bench/naive_service.h"

namespace {

class Nop final : public presences::bench::Nop::CallbackService {
  grpc::ServerUnaryReactor* Call(grpc::CallbackServerContext* context,
                                 const presences::bench::NopMessage*,
                                 presences::bench::NopMessage*) override {
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

presences::config::Config ConfigFor(const std::string& engine, const std::string& folder) {
  presences::config::Config config;
  config.server.grpc.address = {"127.0.0.1", 0};
  config.server.http.address = {"127.0.0.1", 0};
  config.server.metrics.address = {"127.0.0.1", 0};
  config.server.drain_delay = std::chrono::milliseconds(0);
  config.server.drain_timeout = std::chrono::milliseconds(1000);
  config.storage.engine = engine == "memory" ? presences::config::Engine::kMemory
                                             : presences::config::Engine::kEmbedded;
  config.storage.embedded.path = folder;
  config.projects.resize(1);
  config.projects[0].id = "bench";
  presences::auth::ApiKey key;
  key.id = "bench";
  key.sha256 = presences::auth::Sha256("bench-key");
  key.can_read = key.can_write = true;
  config.projects[0].api_keys.push_back(key);
  config.projects[0].indexed_metadata = {"document"};
  // All sockets of a measurement come from one address.
  config.projects[0].limits.connects_per_minute_per_ip = 0;
  return config;
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_server memory|embedded FOLDER\n");
    return 2;
  }
  presences::SetLogLevel(presences::LogLevel::kWarning);
  auto server =
      presences::app::Server::Start(ConfigFor(argv[1], argv[2]), {}, presences::Clock::System());
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", std::string(server.status().message()).c_str());
    return 1;
  }
  Nop nop;
  int nop_port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &nop_port);
  builder.RegisterService(&nop);
  presences::bench::NaiveService naive;
  builder.RegisterService(&naive);
  const auto nop_server = builder.BuildAndStart();
  const auto addresses = (*server)->addresses();
  std::printf("%s %s 127.0.0.1:%d\n", addresses.grpc.c_str(), addresses.http.c_str(), nop_port);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  nop_server->Shutdown();
  (*server)->Drain();
  return 0;
}
