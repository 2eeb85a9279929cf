// Refusals: counts what was refused because of a limit, by the limit's name.
//
// A refusal that names its limit carries it in ErrorInfo.metadata["limit"] (base/reason.h), so
// that callers can tell them apart; what they are told is what is counted.
//
// Threads: any.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/base/metrics.h"

namespace presences {

class Refusals {
 public:
  explicit Refusals(Metrics& metrics) : metrics_(metrics) {}

  // Nothing, unless `status` names a limit.
  void Count(const absl::Status& status) const;
  // For refusals that are no status. `limit` is a name out of the code.
  void Count(absl::string_view limit) const;

 private:
  Metrics& metrics_;
};

}  // namespace presences
