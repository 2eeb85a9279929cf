#include "tests/integration/support/http_harness.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace presences::testing {

HttpHarness::HttpHarness(gateway::HttpServer::Options options) {
  if (options.address.empty()) options.address = "127.0.0.1:0";
  if (options.threads == 0) options.threads = 2;
  options.only_project = "demo";
  options.pages["/"] = {"text/html; charset=utf-8", "<p>console</p>"};
  options.upgrade = [this](gateway::Upgrade upgrade) {
    MutexLock lock(mutex_);
    upgrades_.push_back(std::move(upgrade));
    cv_.NotifyAll();
  };
  auto started = gateway::HttpServer::Start(
      options, {stack.presences(), stack.realtime(), stack.authenticator(), stack.origins(), clock,
                Metrics::None()});
  start = started.status();
  if (started.ok()) server = *std::move(started);
}

HttpHarness::~HttpHarness() {
  if (server != nullptr) server->Shutdown(std::chrono::milliseconds(0));
  stack.Stop();
  {
    MutexLock lock(mutex_);
    upgrades_.clear();  // their sockets live no longer than the server
  }
  server.reset();
}

std::string HttpHarness::List(const std::string& headers) {
  return absl::StrCat("GET /v1/presences HTTP/1.1\r\nHost: localhost\r\n",
                      "X-Appwrite-Project: demo\r\n", headers, "\r\n");
}

std::string HttpHarness::Put(const std::string& id, const std::string& status) {
  const std::string body = absl::StrCat(
      R"json({"userId":"u","permissions":["read(\"any\")"],"status":")json", status, "\"}");
  return absl::StrCat(
      "PUT /v1/presences/", id, " HTTP/1.1\r\nHost: localhost\r\nX-Appwrite-Project: demo\r\n",
      "X-Appwrite-Key: ", kServerKey,
      "\r\nContent-Type: application/json\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

std::unique_ptr<gateway::ByteStream> HttpHarness::AwaitUpgrade() {
  MutexLock lock(mutex_);
  while (upgrades_.empty()) cv_.Wait(lock);
  std::unique_ptr<gateway::ByteStream> stream = std::move(upgrades_.back().stream);
  upgrades_.pop_back();
  return stream;
}

}  // namespace presences::testing
