#include "server/app/health.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace presences::app {
namespace {

using Doing = Heartbeat::Sign::Doing;

std::string Seconds(std::chrono::nanoseconds time) {
  return absl::StrCat(std::chrono::duration_cast<std::chrono::seconds>(time).count(), " s");
}

}  // namespace

ops::Checks Health::Liveness() const {
  ops::Checks checks;
  for (const Heartbeat::Sign& sign : heartbeats_.Look()) {
    const bool stuck = sign.doing == Doing::kWorking && sign.silent > bounds_.stall;
    checks.push_back({absl::StrCat("thread ", sign.thread),
                      stuck ? absl::StrCat("stalled: thread ", sign.thread,
                                           " has work and has not moved for ", Seconds(sign.silent))
                            : ""});
  }
  return checks;
}

absl::Status Health::Storage() const {
  if (phase() == Phase::kStarting) return absl::OkStatus();
  if (absl::Status status = log_status_(); !status.ok()) return status;
  for (const Heartbeat::Sign& sign : heartbeats_.Look()) {
    if (sign.doing != Doing::kAtDevice || sign.silent <= bounds_.device) continue;
    return absl::UnavailableError(absl::StrCat("storage: the disk has not answered ", sign.thread,
                                               " for ", Seconds(sign.silent),
                                               "; the operator must check it"));
  }
  return absl::OkStatus();
}

ops::Checks Health::Readiness() const {
  const Phase now = phase();
  return {
      {"started", now == Phase::kStarting ? "starting" : ""},
      {"not draining", now == Phase::kDraining ? "draining" : ""},
      {"storage", std::string(Storage().message())},
      {"threads", ops::ProblemsOf(Liveness())},
  };
}

const char* NameOf(Health::Phase phase) {
  switch (phase) {
    case Health::Phase::kStarting:
      return "starting";
    case Health::Phase::kServing:
      return "serving";
    case Health::Phase::kDraining:
      break;
  }
  return "draining";
}

}  // namespace presences::app
