// RealtimeService: opens subscriptions for any surface.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/principal.h"
#include "server/core/stream_encoder.h"
#include "server/hub/hub.h"
#include "server/service/project.h"

namespace presences::service {

inline constexpr std::int32_t kMaxChangesPerMessage = 100;  // design 3.4

// A request as it came in; nothing checked.
struct RawSubscribe {
  std::vector<std::string> channels;
  std::vector<std::string> queries;
  std::string resume_token;
  std::optional<bool> snapshot;  // absent: true
  bool skip_unchanged = false;
  std::int32_t max_batch = 0;  // 0: the default, 100
};

class RealtimeService {
 public:
  RealtimeService(std::vector<Project> projects, hub::Hub& hub);

  // Counts a stream in, for as long as the slot lives. Refusals: Quota::Connect.
  absl::StatusOr<ConnectionSlot> Connect(const auth::Principal& principal) {
    return projects_[principal.project].quota->Connect();
  }

  // Checks the request and makes its session; the transport calls Begin(). Refusals: access.h,
  // channel.h, query.h, and those of hub::Hub::Open. `surface` labels metrics.
  absl::StatusOr<hub::SessionPtr> Subscribe(const auth::Principal& principal, RawSubscribe raw,
                                            const StreamEncoder& encoder,
                                            const std::string& surface,
                                            std::shared_ptr<hub::Sink> sink);

  const Project& project(std::uint32_t index) const { return projects_[index]; }

 private:
  const std::vector<Project> projects_;
  hub::Hub& hub_;
};

}  // namespace presences::service
