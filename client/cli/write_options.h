// WriteOptions: the fields of a presence as command-line options.
//
// Threads: plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/presence.h"

namespace CLI {
class App;
}

namespace presences::cli {

struct WriteOptions {
  std::string id;
  std::string status;
  std::string user;
  std::string metadata;
  std::string ttl;
  std::string expires_at;
  std::vector<std::string> permissions;
  bool no_permissions = false;
  std::optional<std::int64_t> if_revision;

  void AddTo(CLI::App& command);
  // Those of a presence whose connection bounds its life: no --ttl, no --expires_at.
  void AddHeldTo(CLI::App& command);
  client::PresenceUpsert ToUpsert(TimePoint now) const;
  client::PresenceUpdate ToUpdate(TimePoint now) const;

 private:
  template <typename Write>
  void SetCommon(Write& write, TimePoint now) const;
};

}  // namespace presences::cli
