// MessageMetrics: counts the messages of one kind that sockets handle, by code, and times them.
//
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <string>

#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"

namespace presences::gateway {

class MessageMetrics {
 public:
  MessageMetrics(Metrics& metrics, const std::string& kind);

  const std::string& kind() const { return kind_; }
  void Count(const absl::Status& status, MonotonicTime::duration took) const;

 private:
  static constexpr std::size_t kCodes = 17;  // the canonical ones

  Metrics& metrics_;
  const std::string kind_;
  Histogram& duration_;
  // Made when a code first occurs, so that a scrape lists no kind × code that never happened.
  mutable std::array<std::atomic<Counter*>, kCodes> by_code_{};
};

// One for each kind of message.
struct MessageKinds {
  explicit MessageKinds(Metrics& metrics)
      : unread(metrics, "message"),
        ping(metrics, "ping"),
        authentication(metrics, "authentication"),
        subscribe(metrics, "subscribe"),
        unsubscribe(metrics, "unsubscribe"),
        presence(metrics, "presence") {}

  const MessageMetrics unread;  // it could not be read, or was not
  const MessageMetrics ping;
  const MessageMetrics authentication;
  const MessageMetrics subscribe;
  const MessageMetrics unsubscribe;
  const MessageMetrics presence;
};

}  // namespace presences::gateway
