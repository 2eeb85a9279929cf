// Standing: whether what a credential was checked against still counts.
//
// A connection outlives the moment its credential was checked. Should the operator take back the
// key or the secret behind it, everybody who came with it shares one Standing that says so.
//
// Threads: any.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/base/reason.h"

namespace presences {

class Standing {
 public:
  // `refusal`: what a new call with the credential would be refused with.
  explicit Standing(Reason refusal) : refusal_(refusal) {}

  void Revoke() { revoked_.store(true, std::memory_order_relaxed); }
  bool revoked() const { return revoked_.load(std::memory_order_relaxed); }
  Reason refusal() const { return refusal_; }

 private:
  const Reason refusal_;
  std::atomic<bool> revoked_{false};
};

using StandingPtr = std::shared_ptr<Standing>;

// For how long a credential counts: until it expires or is revoked.
struct Validity {
  Validity(std::nullopt_t = std::nullopt) {}  // for ever
  Validity(TimePoint end) : expires_at(end) {}
  Validity(std::optional<TimePoint> end, std::shared_ptr<const Standing> behind = nullptr)
      : expires_at(end), standing(std::move(behind)) {}

  bool revoked() const { return standing != nullptr && standing->revoked(); }
  bool IsOver(TimePoint now) const { return (expires_at && now >= *expires_at) || revoked(); }

  std::optional<TimePoint> expires_at;
  std::shared_ptr<const Standing> standing;  // null: nobody can revoke it
};

}  // namespace presences
