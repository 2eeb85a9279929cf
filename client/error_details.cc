#include "client/error_details.h"

#include "google/rpc/error_details.pb.h"

namespace presences::client {
namespace {

template <typename Detail>
std::optional<Detail> Find(const absl::Status& status) {
  Detail detail;
  const std::string type = "type.googleapis.com/" + Detail::descriptor()->full_name();
  const auto payload = status.GetPayload(type);
  if (!payload || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

}  // namespace

std::string ReasonOf(const absl::Status& status) {
  const auto info = Find<google::rpc::ErrorInfo>(status);
  return info ? info->reason() : "";
}

std::string DetailOf(const absl::Status& status, absl::string_view key) {
  const auto info = Find<google::rpc::ErrorInfo>(status);
  if (!info) return "";
  const auto found = info->metadata().find(std::string(key));
  return found == info->metadata().end() ? "" : found->second;
}

std::optional<std::chrono::milliseconds> RetryDelayOf(const absl::Status& status) {
  const auto info = Find<google::rpc::RetryInfo>(status);
  if (!info || !info->has_retry_delay()) return std::nullopt;
  const auto& delay = info->retry_delay();
  return std::chrono::seconds(delay.seconds()) +
         std::chrono::milliseconds((delay.nanos() + 999'999) / 1'000'000);
}

}  // namespace presences::client
