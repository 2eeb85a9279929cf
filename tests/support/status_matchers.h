// Matchers for refusals: IsOk, and HasReason(reason, substring of the message).
//
// Threads: any.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "server/base/reason.h"

namespace presences::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

MATCHER_P2(HasReason, reason, text, "is refused with that reason and text") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return !status.ok() && RowOf(status).reason == reason &&
         std::string(status.message()).find(text) != std::string::npos;
}

}  // namespace presences::testing
