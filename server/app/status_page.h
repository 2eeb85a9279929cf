// StatusPage: /statusz, one JSON object with all that an operator asks first (docs/operations.md).
//
// Threads: any, once made.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/app/health.h"
#include "server/app/last_reload.h"
#include "server/app/store_stack.h"
#include "server/app/use_cases.h"
#include "server/base/clock.h"

namespace presences::app {

struct ListenerStatus {
  std::string address;  // with the real port
  bool tls = false;
};

// What the page looks at.
struct StatusView {
  // Constant.
  std::string config_file;  // empty: --dev
  std::string engine;
  std::string storage_path;  // empty: nothing on disk
  TimePoint started_at;
  MonotonicTime started;

  const Clock& clock;
  const Health& health;
  const LastReload& last_reload;
  const StoreStack& store;                     // complete once the phase is past kStarting
  const std::unique_ptr<UseCases>& use_cases;  // set by then
  std::function<std::size_t()> socket_count;   // callable by then
  std::function<std::map<std::string, ListenerStatus>()> listeners;  // callable by then
};

// Ends with a line end. While the server starts, the parts that do not exist yet are left out.
std::string StatusText(const StatusView& view);

}  // namespace presences::app
