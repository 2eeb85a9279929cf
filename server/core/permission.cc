#include "server/core/permission.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/reason.h"
#include "server/core/validate.h"

namespace presences {
namespace {

constexpr absl::string_view kField = "permissions";
constexpr absl::string_view kFormHelp =
    R"(must look like read("any"): read, update, delete or write around one quoted role)";
constexpr absl::string_view kRoleHelp =
    "is no role; use any, guests, users, users/verified, users/unverified, user:ID, "
    "user:ID/verified, user:ID/unverified, team:ID, team:ID/ROLE, member:ID or label:NAME";

absl::string_view ActionName(Action action) {
  switch (action) {
    case Action::kRead:
      return "read";
    case Action::kUpdate:
      return "update";
    case Action::kDelete:
      return "delete";
  }
  return "read";
}

// The two halves of action("role").
struct Parts {
  absl::string_view action;
  absl::string_view role;
};

std::optional<Parts> Split(absl::string_view permission) {
  const std::size_t open = permission.find("(\"");
  if (open == absl::string_view::npos) return std::nullopt;
  Parts parts{permission.substr(0, open), permission.substr(open + 2)};
  if (!absl::ConsumeSuffix(&parts.role, "\")")) return std::nullopt;
  return parts;
}

bool IsVerification(absl::string_view dimension) {
  return dimension == "verified" || dimension == "unverified";
}

bool IsTeamRole(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxTeamRoleSize &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' ||
                  c == '-';
         });
}

bool IsLabel(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxIdSize &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); });
}

// The grammar of contract 3.1.
bool IsRole(absl::string_view role) {
  if (role == "any" || role == "guests" || role == "users") return true;
  if (absl::ConsumePrefix(&role, "users/")) return IsVerification(role);
  if (absl::ConsumePrefix(&role, "member:")) return IsUid(role);
  if (absl::ConsumePrefix(&role, "label:")) return IsLabel(role);

  const bool user = absl::ConsumePrefix(&role, "user:");
  if (!user && !absl::ConsumePrefix(&role, "team:")) return false;
  const std::size_t slash = role.find('/');
  if (slash == absl::string_view::npos) return IsUid(role);
  const absl::string_view dimension = role.substr(slash + 1);
  return IsUid(role.substr(0, slash)) && (user ? IsVerification(dimension) : IsTeamRole(dimension));
}

absl::Status Refusal(std::size_t index, absl::string_view rule_and_fix) {
  return InvalidField(absl::StrCat(kField, "[", index, "]"), rule_and_fix);
}

std::string Text(absl::string_view action, absl::string_view role) {
  return absl::StrCat(action, "(\"", role, "\")");
}

// Appends the normal form of one entry.
absl::Status AppendNormalized(std::size_t index, absl::string_view permission,
                              std::vector<std::string>& out) {
  const std::optional<Parts> parts = Split(permission);
  if (!parts) return Refusal(index, kFormHelp);
  const absl::string_view action = parts->action;
  const bool write = action == "write";
  if (!write && action != "read" && action != "update" && action != "delete") {
    return Refusal(index, "the action must be read, update, delete or write; use one of these");
  }
  if (!IsRole(parts->role)) return Refusal(index, absl::StrCat("the quoted text ", kRoleHelp));
  if (write) {
    out.push_back(Text("delete", parts->role));
    out.push_back(Text("update", parts->role));
  } else {
    out.push_back(Text(action, parts->role));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> NormalizePermissions(
    absl::Span<const std::string> permissions) {
  if (permissions.size() > kMaxPermissions) {
    return InvalidField(
        kField, absl::StrCat("must have at most ", kMaxPermissions, " entries, got ",
                             permissions.size(), "; grant to a team instead of to each user"));
  }
  std::vector<std::string> normalized;
  normalized.reserve(permissions.size());
  for (std::size_t i = 0; i < permissions.size(); ++i) {
    const absl::Status status = AppendNormalized(i, permissions[i], normalized);
    if (!status.ok()) return status;
  }
  std::sort(normalized.begin(), normalized.end());
  normalized.erase(std::unique(normalized.begin(), normalized.end()), normalized.end());
  return normalized;
}

absl::Status CheckMayGrant(const Caller& caller, absl::Span<const std::string> permissions) {
  if (caller.privileged) return absl::OkStatus();
  for (const std::string& permission : permissions) {
    const std::optional<Parts> parts = Split(permission);
    if (parts && caller.roles->Holds(parts->role)) continue;
    const absl::string_view role = parts ? parts->role : absl::string_view(permission);
    return MakeError(Reason::kUserUnauthorized,
                     absl::StrCat(kField, ": you do not hold the role \"", role,
                                  "\"; name only roles that you hold, or write with an API key"),
                     {{"field", kField}, {"role", role}});
  }
  return absl::OkStatus();
}

bool Allows(const Presence& record, const Caller& caller, Action action) {
  if (caller.privileged) return true;
  if (caller.is_user() && record.user_id() == caller.user_id) return true;
  const absl::string_view name = ActionName(action);
  return record.AnyPermission([&](absl::string_view permission) {
    if (!absl::ConsumePrefix(&permission, name)) return false;
    return absl::ConsumePrefix(&permission, "(\"") && absl::ConsumeSuffix(&permission, "\")") &&
           caller.roles->Holds(permission);
  });
}

}  // namespace presences
