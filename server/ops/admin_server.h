// AdminServer: /metrics, /livez, /readyz and /statusz for operators, on a port of its own.
//
// Serves one small request at a time per connection from one thread; it must answer when everything
// else is busy, so it shares nothing with the product's listeners.
//
// Threads: one of its own; handlers run on it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace presences::ops {

struct AdminResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class AdminServer {
 public:
  // Given what follows the `?` of the request, may be empty.
  using Handler = std::function<AdminResponse(absl::string_view query)>;
  using Action = Handler;

  // `handlers` by path, for GET and HEAD; `actions` by path, for PUT and POST, refused to web pages
  // of others. UNAVAILABLE: cannot listen on `address` (host:port, port 0: any).
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(
      const std::string& address, std::map<std::string, Handler> handlers,
      std::map<std::string, Action> actions = {});
  ~AdminServer();

  // host:port with the real port.
  const std::string& address() const;
  void Stop();

 private:
  struct Impl;
  explicit AdminServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::ops
