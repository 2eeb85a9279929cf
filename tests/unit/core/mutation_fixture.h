// MutationFixture: callers, records and a moment, for the tests of mutation.h.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "server/core/mutation.h"
#include "server/core/permission.h"
#include "tests/support/status_matchers.h"

namespace presences {

class MutationFixture : public ::testing::Test {
 protected:
  static Caller Guest() { return {}; }
  static Caller Key() { return {.roles = KeyRoles(), .privileged = true, .source = Source::kGrpc}; }
  static Caller User(const std::string& id) {
    return {.roles = UserRoles({.user_id = id}), .user_id = id};
  }

  // The record p1 of u1, readable by all users, written at revision 5.
  static PresenceFields Existing() {
    PresenceFields fields;
    fields.id = "p1";
    fields.user_id = "u1";
    fields.status = "online";
    fields.metadata = R"({"page":"/home"})";
    fields.permissions = {R"(read("users"))"};
    fields.created_at = TimePoint(std::chrono::milliseconds(1'000));
    fields.updated_at = TimePoint(std::chrono::milliseconds(2'000));
    fields.expires_at = TimePoint(std::chrono::milliseconds(60'000));
    fields.revision = 5;
    fields.created_revision = 3;
    fields.source = Source::kRealtime;
    return fields;
  }
  static PresencePtr ExistingWith(std::vector<absl::string_view> permissions) {
    PresenceFields fields = Existing();
    fields.permissions = std::move(permissions);
    return Presence::Make(fields);
  }

  static std::vector<std::string> OwnersPermissions(const std::string& owner) {
    return {"delete(\"user:" + owner + "\")", "read(\"user:" + owner + "\")",
            "update(\"user:" + owner + "\")"};
  }
  static std::vector<std::string> PermissionsOf(const Presence& record) {
    return record.permissions();
  }

  MutationContext context() const { return {kNow, 9, rules_}; }

  const TimePoint kNow{std::chrono::milliseconds(10'000)};
  ProjectRules rules_;
};

}  // namespace presences
