#include "server/gateway/ws/ws_state.h"

#include <utility>
#include <vector>

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
      refusals(the_services.metrics) {}

const char* WsState::Admit(std::uint32_t project, const std::string& client_address) {
  const WsGateway::ProjectOptions& limits = options.projects[project];
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(
                          services.clock.Monotonic().time_since_epoch())
                          .count();
  MutexLock lock(mutex_);
  if (limits.max_connections != 0 && per_project_[project] >= limits.max_connections) {
    return "max_connections";
  }
  if (limits.connects_per_minute_per_ip == 0) return nullptr;
  if (windows_.size() > kMaxWindows) windows_.clear();
  Window& window = windows_[{project, client_address}];
  if (std::exchange(window.minute, minute) != minute) window.connects = 0;
  if (window.connects >= limits.connects_per_minute_per_ip) return "connects_per_minute_per_ip";
  ++window.connects;
  return nullptr;
}

void WsState::Enter(std::uint32_t project, const std::shared_ptr<WsConnection>& connection) {
  MutexLock lock(mutex_);
  if (connections_.insert(connection).second) ++per_project_[project];
}

void WsState::Leave(std::uint32_t project, const std::shared_ptr<WsConnection>& connection) {
  MutexLock lock(mutex_);
  if (connections_.erase(connection) != 0) --per_project_[project];
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
