// Refusals as the server sends them over gRPC.
//
// Threads: any (pure functions).
#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace presences::client {

// A status with ErrorInfo; with a delay also RetryInfo.
inline grpc::Status Refusal(grpc::StatusCode code, const std::string& reason,
                            std::chrono::milliseconds retry_delay = {}) {
  google::rpc::Status details;
  details.set_code(code);
  details.set_message("refused");
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("presences");
  (*info.mutable_metadata())["field"] = "status";
  details.add_details()->PackFrom(info);
  if (retry_delay.count() > 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(retry_delay.count() / 1000);
    retry.mutable_retry_delay()->set_nanos(
        static_cast<std::int32_t>(retry_delay.count() % 1000 * 1'000'000));
    details.add_details()->PackFrom(retry);
  }
  return {code, "refused", details.SerializeAsString()};
}

// What gRPC itself says when nobody listens.
inline grpc::Status Unreachable() { return {grpc::StatusCode::UNAVAILABLE, "connection refused"}; }

}  // namespace presences::client
