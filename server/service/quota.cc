#include "server/service/quota.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"

namespace presences::service {

ConnectionSlot& ConnectionSlot::operator=(ConnectionSlot&& other) noexcept {
  if (this == &other) return *this;
  Release();
  count_ = std::move(other.count_);
  return *this;
}

void ConnectionSlot::Release() {
  if (const Count count = std::exchange(count_, nullptr)) --*count;
}

Quota::Quota(std::string project_id, const ProjectLimits& limits, const Clock& clock)
    : project_id_(std::move(project_id)), limits_(limits), writes_(clock) {}

absl::StatusOr<ConnectionSlot> Quota::Connect() {
  const std::size_t limit = limits().max_connections;
  std::size_t open = *connections_;
  do {
    if (limit != 0 && open >= limit) {
      const std::string value = absl::StrCat(limit);
      return MakeError(Reason::kGeneralResourceLimitExceeded,
                       absl::StrCat("max_connections: project ", project_id_, " has ", value,
                                    " sockets and streams open, as many as it may; close some, "
                                    "or raise limits.max_connections"),
                       {{"limit", "max_connections"}, {"value", value}});
    }
  } while (!connections_->compare_exchange_weak(open, open + 1));
  return ConnectionSlot(connections_);
}

absl::Status Quota::TakeWrites(std::size_t operations) {
  const double rate = limits().writes_per_second;
  if (writes_.Take(static_cast<double>(operations), {rate, rate})) return absl::OkStatus();
  absl::Status status = MakeError(Reason::kGeneralRateLimitExceeded,
                                  absl::StrCat("the project's limit writes_per_second (", rate,
                                               ") is used up; try again in a second"),
                                  {{"limit", "writes_per_second"}});
  SetRetryDelay(status, 1000);
  return status;
}

}  // namespace presences::service
