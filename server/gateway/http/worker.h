// Worker: one thread of the HTTP server, and the connections that live on it.
//
// A connection never leaves its thread, so nothing of it needs a lock. Deadlines are looked after
// all at once a few times a second: a timer per request would cost more than the request's parsing.
//
// Threads: io() and connection_count() any; Stop and the destructor the owner's; the rest confined
// to its own thread.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "server/base/heartbeat.h"
#include "server/base/thread.h"
#include "server/gateway/http/connection.h"

namespace presences::gateway::http {

class Worker {
 public:
  // `on_close` is called after each connection that is no more. References must outlive it.
  Worker(const std::string& name, const Connection::Services& services,
         std::function<void()> on_close, Heartbeat& heart);
  // Stops first. What still waits in the event loop is destroyed with it.
  ~Worker();

  // Ends the thread, then the connections.
  void Stop();

  boost::asio::io_context& io() { return io_; }
  std::size_t connection_count() const { return count_; }

  // Starts a connection.
  void Add(std::unique_ptr<Stream> stream, Peer peer);
  void DrainAll();
  void CloseAll();

 private:
  void Tick();
  void Remove(Connection* connection);
  template <typename Work>
  void ForEach(const Work& work);

  const Connection::Services& services_;
  const std::function<void()> on_close_;
  Heartbeat& heart_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer timer_{io_};
  bool draining_ = false;
  absl::flat_hash_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::atomic<std::size_t> count_{0};
  Thread thread_;
};

}  // namespace presences::gateway::http
