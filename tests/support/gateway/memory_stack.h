// MemoryStack: everything below a gateway, over a log that the test chooses; in memory by default.
//
// Two projects: "demo" (user tokens, two API keys, origins localhost and *.example.com, guests may
// read, metadata.page is indexed) and "closed" (one key, no guests, no origins).
//
// Threads: one at a time; the services in it as they say.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"
#include "server/hub/hub.h"
#include "server/service/origin_policy.h"
#include "server/service/presence_service.h"
#include "server/service/realtime_service.h"
#include "server/store/committer.h"
#include "server/store/log.h"

namespace presences::testing {

// Keys of "demo", and of "closed".
inline constexpr char kServerKey[] = "standard_server";
inline constexpr char kReaderKey[] = "standard_reader";  // scope presences.read only
inline constexpr char kExpiredKey[] = "standard_expired";
inline constexpr char kClosedKey[] = "standard_closed";

class MemoryStack {
 public:
  explicit MemoryStack(Clock& clock, Metrics& metrics = Metrics::None(),
                       std::unique_ptr<store::Log> log = store::MakeMemoryLog());
  // Stops first.
  ~MemoryStack();

  // Finishes what is being written; nothing calls a gateway afterwards.
  void Stop();

  // A token of "demo" for this user, valid for `ttl` on the stack's clock.
  std::string TokenFor(const std::string& user,
                       std::chrono::seconds ttl = std::chrono::seconds(3600)) const;

  const auth::Authenticator& authenticator() const { return *authenticator_; }
  service::OriginPolicy& origins() { return *origins_; }
  service::PresenceService& presences() { return *presences_; }
  service::RealtimeService& realtime() { return *realtime_; }
  hub::Hub& hub() { return *hub_; }

 private:
  void BuildStore(Metrics& metrics);
  void BuildAuth();

  Clock& clock_;
  const std::unique_ptr<store::Log> log_;
  std::deque<ProjectRules> rules_;
  std::vector<std::unique_ptr<store::State>> states_;
  std::unique_ptr<hub::Hub> hub_;
  std::unique_ptr<store::Committer> committer_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<service::OriginPolicy> origins_;
  std::unique_ptr<service::PresenceService> presences_;
  std::unique_ptr<service::RealtimeService> realtime_;
};

}  // namespace presences::testing
