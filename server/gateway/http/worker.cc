#include "server/gateway/http/worker.h"

#include <utility>
#include <vector>

namespace presences::gateway::http {
namespace {

constexpr std::chrono::milliseconds kTick{250};

}  // namespace

Worker::Worker(const std::string& name, const Connection::Services& services,
               std::function<void()> on_close, Heartbeat& heart)
    : services_(services), on_close_(std::move(on_close)), heart_(heart) {
  Tick();  // the timer also keeps the thread running
  thread_ = Thread(name, [this] {
    heart_.Beat();
    io_.run();
    heart_.Rest();
  });
}

Worker::~Worker() { Stop(); }

void Worker::Stop() {
  io_.stop();
  thread_.Join();
  // The sockets must go before the io_context that serves them.
  CloseAll();
}

void Worker::Tick() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    heart_.Beat();
    const MonotonicTime now = services_.clock.Monotonic();
    ForEach([now](Connection& connection) { connection.CheckDeadline(now); });
    Tick();
  });
}

template <typename Work>
void Worker::ForEach(const Work& work) {
  // A copy: what is done to a connection may end it.
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) work(*connection);
}

void Worker::Add(std::unique_ptr<Stream> stream, Peer peer) {
  auto connection = std::make_shared<Connection>(std::move(stream), std::move(peer), services_,
                                                 [this](Connection* closed) { Remove(closed); });
  connections_.emplace(connection.get(), connection);
  count_ = connections_.size();
  connection->Start();
  if (draining_) connection->Drain();
}

void Worker::Remove(Connection* connection) {
  connections_.erase(connection);
  count_ = connections_.size();
  on_close_();
}

void Worker::DrainAll() {
  draining_ = true;
  ForEach([](Connection& connection) { connection.Drain(); });
}

void Worker::CloseAll() {
  ForEach([](Connection& connection) { connection.Close(); });
}

}  // namespace presences::gateway::http
