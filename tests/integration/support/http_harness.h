// HttpHarness: a real HTTP listener on a free port, over a MemoryStack and a clock of the test.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/base/mutex.h"
#include "server/gateway/http/http_server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/gateway/memory_stack.h"

namespace presences::testing {

class HttpHarness {
 public:
  // `options` without address, pages and upgrade, which the harness fills in.
  explicit HttpHarness(gateway::HttpServer::Options options = {});
  // Stops the stack, then the server.
  ~HttpHarness();

  const std::string& address() const { return server->address(); }
  // A GET of the list as a guest, with more headers ("A: b\r\n").
  static std::string List(const std::string& headers = "");
  // An upsert with the server key.
  static std::string Put(const std::string& id, const std::string& status = "on");

  FakeClock clock;
  MemoryStack stack{clock};
  std::unique_ptr<gateway::HttpServer> server;  // null: `start` says why
  absl::Status start;

  // Upgraded sockets, as they came. Threads: any.
  std::unique_ptr<gateway::ByteStream> AwaitUpgrade();

 private:
  Mutex mutex_;
  CondVar cv_;
  std::vector<gateway::Upgrade> upgrades_ GUARDED_BY(mutex_);
};

}  // namespace presences::testing
