#include "server/gateway/ws/ws_state.h"

#include <utility>
#include <vector>

#include "server/base/reason.h"
#include "server/gateway/ws/ws_connection.h"

namespace presences::gateway {
namespace {

constexpr std::size_t kMaxWindows = 100'000;  // addresses remembered at once

const MetricFamily kMessages{MetricType::kCounter, "presences_socket_messages_total", "",
                             "Messages received on Realtime sockets."};
const MetricFamily kRefused{MetricType::kCounter, "presences_socket_refused_total", "",
                            "Realtime sockets and messages refused by a limit or a rule."};

}  // namespace

WsState::WsState(WsGateway::Options given, const WsGateway::Services& the_services)
    : options(std::move(given)),
      services(the_services),
      messages(the_services.metrics.GetCounter(kMessages)),
      refused(the_services.metrics.GetCounter(kRefused)),
      refusals(the_services.metrics),
      kinds(the_services.metrics) {}

absl::StatusOr<service::ConnectionSlot> WsState::Admit(std::uint32_t project,
                                                       const std::string& client_address) {
  const double limit = limits(project).connects_per_minute_per_ip;
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(
                          services.clock.Monotonic().time_since_epoch())
                          .count();
  absl::StatusOr<service::ConnectionSlot> slot = options.projects[project].quota->Connect();
  if (!slot.ok() || limit == 0) return slot;
  MutexLock lock(mutex_);
  if (windows_.size() > kMaxWindows) windows_.clear();
  Window& window = windows_[{project, client_address}];
  if (std::exchange(window.minute, minute) != minute) window.connects = 0;
  if (window.connects >= limit) {
    return MakeError(Reason::kGeneralRateLimitExceeded,
                     "too many connections (connects_per_minute_per_ip); try again later",
                     {{"limit", "connects_per_minute_per_ip"}});
  }
  ++window.connects;
  return slot;
}

void WsState::Enter(const std::shared_ptr<WsConnection>& connection) {
  MutexLock lock(mutex_);
  connections_.insert(connection);
}

void WsState::Leave(const std::shared_ptr<WsConnection>& connection) {
  MutexLock lock(mutex_);
  connections_.erase(connection);
}

std::vector<std::shared_ptr<WsConnection>> WsState::Connections() const {
  MutexLock lock(mutex_);
  return {connections_.begin(), connections_.end()};
}

std::size_t WsState::count() const {
  MutexLock lock(mutex_);
  return connections_.size();
}

WsGateway::WsGateway(Options options, const Services& services)
    : state_(std::make_shared<WsState>(std::move(options), services)) {}

WsGateway::~WsGateway() { CloseAll(); }

void WsGateway::Accept(Upgrade upgrade) {
  std::make_shared<WsConnection>(state_, std::move(upgrade))->Start();
}

std::size_t WsGateway::connection_count() const { return state_->count(); }

void WsGateway::CloseAll() {
  for (const auto& connection : state_->Connections()) connection->Cut();
}

}  // namespace presences::gateway
