// Listener: accepts connections and deals them out to the workers in turn.
//
// Threads: Start and address() one at a time; Stop and SetTls any.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/base/mutex.h"
#include "server/gateway/http/worker.h"

namespace presences::gateway::http {

class Listener {
 public:
  using TlsContextPtr = std::shared_ptr<boost::asio::ssl::context>;

  // REQUIRES: at least one worker; they outlive the listener. It works on the first one's thread.
  explicit Listener(std::vector<Worker*> workers);

  // UNAVAILABLE: `address` (host:port) cannot be listened on. `tls`: null for plain text.
  absl::Status Start(const std::string& address, TlsContextPtr tls);
  const std::string& address() const { return address_; }
  // For connections to come.
  void SetTls(TlsContextPtr tls);
  // Accepts no more. `then` runs on the listener's thread when it is so.
  void Stop(std::function<void()> then);

 private:
  void Accept();
  void Take(boost::asio::ip::tcp::socket socket, Worker& worker);

  const std::vector<Worker*> workers_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::size_t next_ = 0;
  std::string address_;

  Mutex mutex_;  // leaf lock
  TlsContextPtr tls_ GUARDED_BY(mutex_);
};

}  // namespace presences::gateway::http
