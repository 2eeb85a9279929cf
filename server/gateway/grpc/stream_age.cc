#include "server/gateway/grpc/stream_age.h"

#include <random>

#include "server/base/reason.h"

namespace presences::gateway {

std::optional<std::chrono::system_clock::time_point> EndOfStream(
    std::chrono::system_clock::time_point now, std::chrono::milliseconds max_connection_age) {
  if (max_connection_age.count() == 0) return std::nullopt;
  static thread_local std::minstd_rand random{std::random_device{}()};
  const double part = std::uniform_real_distribution<double>(0.8, 0.9)(random);
  return now + std::chrono::milliseconds(static_cast<std::int64_t>(
                   static_cast<double>(max_connection_age.count()) * part));
}

absl::Status SentOn() {
  absl::Status status = MakeError(Reason::kGeneralShuttingDown,
                                  "this server sends its streams on: it stops, or they are old "
                                  "enough; connect again and hold what you held");
  SetRetryDelay(status, 1000);
  return status;
}

}  // namespace presences::gateway
