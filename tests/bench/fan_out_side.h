// FanOutSide: one server with its subscribers and a publisher that stays a bounded number of events
// ahead of the mean subscriber.
//
// Threads: one at a time; all sides of a measurement take turns on one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/bench_child.h"
#include "tests/bench/http2_client.h"

namespace presences::bench {

class FanOutSide {
 public:
  explicit FanOutSide(const BenchChild& server);
  virtual ~FanOutSide();
  FanOutSide(const FanOutSide&) = delete;
  FanOutSide& operator=(const FanOutSide&) = delete;

  // Measures deliveries per second and server CPU microseconds per delivery, once.
  void Round(int window);
  double per_second() const { return Median(per_second_); }
  double cpu_micros() const { return Median(cpu_micros_); }
  // Resident bytes of the server per subscriber before the first event.
  double idle_bytes() const { return idle_bytes_; }

 protected:
  using OnReadable = std::function<void()>;

  virtual void Publish() = 0;
  virtual bool CanPublish() const { return true; }
  void Watch(int fd, OnReadable on_readable);
  // Called once all subscribers are there.
  void Subscribed(int subscribers);
  void Delivered(int events) { delivered_ += events; }

 private:
  void Pump(int timeout_millis);

  const BenchChild& server_;
  const double bytes_before_;
  int epoll_;
  std::vector<std::unique_ptr<OnReadable>> watched_;
  double subscribers_ = 0;
  double delivered_ = 0;
  double published_ = 0;
  double idle_bytes_ = 0;
  std::vector<double> per_second_;
  std::vector<double> cpu_micros_;
};

// Subscribers and publisher over gRPC.
struct GrpcFanOut {
  std::string address;
  std::string follow_path;
  std::string follow_message;
  std::string publish_path;
  std::function<std::string(int n)> publish_message;
  std::function<int(const char* data, std::size_t size)> events_in;  // a message of the stream
};
std::unique_ptr<FanOutSide> MakeGrpcSide(const BenchChild& server, GrpcFanOut what,
                                         int subscribers);

// Over a plain protocol whose events all have the same size on the wire.
struct PlainFanOut {
  std::string address;
  std::string hello;  // the publisher's first word, and each subscriber's
  std::string subscribe;
  std::string publish;
  std::size_t event_size;
};
std::unique_ptr<FanOutSide> MakePlainSide(const BenchChild& server, PlainFanOut what,
                                          int subscribers);

}  // namespace presences::bench
