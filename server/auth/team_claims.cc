#include "server/auth/team_claims.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/auth/jwt.h"
#include "server/core/validate.h"

namespace presences::auth {
namespace {

using simdjson::dom::element;

constexpr std::size_t kMaxTeamRoleSize = 81;  // contract 3.1
constexpr std::size_t kMaxLabelSize = 36;     // contract 3.1

constexpr char kIdRule[] = " must be 1-36 of A-Z a-z 0-9 . _ - and begin with a letter or digit";

bool IsTeamRole(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxTeamRoleSize &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

bool IsLabel(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxLabelSize &&
         std::all_of(text.begin(), text.end(), absl::ascii_isalnum);
}

absl::Status ReadTeamRoles(simdjson::dom::object team, absl::string_view field,
                           std::vector<std::string>& roles) {
  const auto value = FindIn(team, "roles");
  if (!value) return absl::OkStatus();
  simdjson::dom::array list;
  if (value->get(list)) return TokenError(absl::StrCat("claim ", field, ".roles must be a list"));
  for (const element entry : list) {
    std::optional<std::string> role = AsString(entry);
    if (!role || !IsTeamRole(*role)) {
      return TokenError(absl::StrCat("claim ", field, ".roles[", roles.size(),
                                     "] must be 1-81 of A-Z a-z 0-9 . _ -"));
    }
    roles.push_back(*std::move(role));
  }
  return absl::OkStatus();
}

absl::Status ReadTeam(element value, absl::string_view field, TeamMembership& team) {
  if (std::optional<std::string> id = AsString(value)) {
    if (!IsUid(*id)) return TokenError(absl::StrCat("claim ", field, kIdRule));
    team.team = *std::move(id);
    return absl::OkStatus();
  }
  simdjson::dom::object object;
  if (value.get(object)) {
    return TokenError(absl::StrCat("claim ", field, " must be a team id or an object with id"));
  }
  if (absl::Status status = JsonObject::CheckNames(object); !status.ok()) {
    return TokenError(absl::StrCat("claim ", field, " ", status.message()));
  }
  const auto id = FindIn(object, "id");
  team.team = id ? AsString(*id).value_or("") : "";
  if (!IsUid(team.team)) return TokenError(absl::StrCat("claim ", field, ".id", kIdRule));
  if (const auto membership = FindIn(object, "membership")) {
    team.membership = AsString(*membership).value_or("");
    if (!IsUid(team.membership)) {
      return TokenError(absl::StrCat("claim ", field, ".membership", kIdRule));
    }
  }
  return ReadTeamRoles(object, field, team.roles);
}

}  // namespace

absl::Status ReadTeams(const JsonObject& payload, std::vector<TeamMembership>& teams) {
  const auto value = payload.Find("teams");
  if (!value) return absl::OkStatus();
  simdjson::dom::array list;
  if (value->get(list)) return TokenError("claim teams must be a list of ids or objects");
  for (const element entry : list) {
    TeamMembership team;
    const std::string field = absl::StrCat("teams[", teams.size(), "]");
    if (absl::Status status = ReadTeam(entry, field, team); !status.ok()) return status;
    teams.push_back(std::move(team));
  }
  return absl::OkStatus();
}

absl::Status ReadLabels(const JsonObject& payload, std::vector<std::string>& labels) {
  const auto value = payload.Find("labels");
  if (!value) return absl::OkStatus();
  simdjson::dom::array list;
  if (value->get(list)) return TokenError("claim labels must be a list of strings");
  for (const element entry : list) {
    std::optional<std::string> label = AsString(entry);
    if (!label || !IsLabel(*label)) {
      return TokenError(
          absl::StrCat("claim labels[", labels.size(), "] must be 1-36 letters and digits"));
    }
    labels.push_back(*std::move(label));
  }
  return absl::OkStatus();
}

}  // namespace presences::auth
