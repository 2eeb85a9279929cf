#include "tests/unit/hub/test_project.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/base/check.h"
#include "server/core/permission.h"

namespace presences::testing {

std::vector<std::string> ReadPermissions(const std::vector<std::string>& roles) {
  std::vector<std::string> permissions;
  for (const std::string& role : roles) {
    permissions.push_back(absl::StrCat("read(\"", role, "\")"));
  }
  auto normalised = NormalizePermissions(permissions);
  PRESENCES_CHECK(normalised.ok());
  return *normalised;
}

TestProject::TestProject(store::ChangeListener& listener, std::vector<std::string> indexed)
    : rules{.project_id = "demo", .indexed_metadata = std::move(indexed)},
      state(rules),
      log_(store::MakeMemoryLog()),
      committer_({}, *log_, {{&rules, &state, {0, 1}}}, listener, clock, metrics) {}

UpsertInput TestProject::UpsertOf(const std::string& id, const std::string& status,
                                  const PutSpec& spec) const {
  UpsertInput input;
  input.presence_id = id;
  input.user_id = spec.user;
  input.status = status;
  input.metadata = spec.metadata;
  input.expires_at = clock.Now() + spec.ttl;
  input.permissions = ReadPermissions(spec.read);
  return input;
}

Revision TestProject::Put(const std::string& id, const std::string& status, const PutSpec& spec) {
  return WriteAll({UpsertOf(id, status, spec)});
}

Revision TestProject::SetStatus(const std::string& id, const std::string& status) {
  UpdateInput input;
  input.presence_id = id;
  input.status = status;
  return WriteAll({input});
}

Revision TestProject::SetRead(const std::string& id, const std::vector<std::string>& roles) {
  UpdateInput input;
  input.presence_id = id;
  input.permissions = ReadPermissions(roles);
  return WriteAll({input});
}

Revision TestProject::Refresh(const std::string& id, std::chrono::milliseconds ttl) {
  UpdateInput input;
  input.presence_id = id;
  input.expires_at = clock.Now() + ttl;
  return WriteAll({input});
}

Revision TestProject::Delete(const std::string& id) {
  DeleteInput input;
  input.presence_id = id;
  return WriteAll({input});
}

Revision TestProject::Expire(const std::string& id) { return WriteAll({store::ExpireInput{{id}}}); }

Inbox::Results TestProject::Submit(std::vector<store::Operation> operations) {
  Inbox inbox;
  std::unique_ptr<store::Write> write = inbox.MakeWrite(0);
  write->caller = KeyCaller();
  write->operations = std::move(operations);
  committer_.Submit(std::move(write));
  return inbox.Await(0);
}

Revision TestProject::WriteAll(std::vector<store::Operation> operations) {
  for (const auto& result : Submit(std::move(operations))) {
    if (!result.ok()) ADD_FAILURE() << result.status();
  }
  return state.applied();
}

Revision TestProject::TryWriteAll(std::vector<store::Operation> operations) {
  Submit(std::move(operations));
  return state.applied();
}

void TestProject::Churn(int count) {
  for (int i = 0; i < count; ++i) Put("churn", absl::StrCat(i), {.user = "churner"});
}

}  // namespace presences::testing
