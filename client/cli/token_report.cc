#include "client/cli/token_report.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/duration.h"
#include "client/cli/presence_table.h"
#include "client/cli/text_width.h"
#include "proto/runtime/json_writer.h"
#include "server/auth/token_verifier.h"

namespace presences::cli {
namespace {

// Reads claims as the server does: signed again with a secret of our own, since here only the
// claims are in question.
absl::StatusOr<auth::TokenClaims> ReadAsServer(const std::string& claims, TimePoint at) {
  const auth::TokenConfig own{.secret = "of nobody"};
  const auto verifier = auth::TokenVerifier::Make(own);
  if (!verifier.ok()) return verifier.status();
  return (*verifier)->Verify(auth::MintToken(own, claims), at);
}

std::string SignatureText(const std::string& token, const std::optional<std::string>& secret,
                          TimePoint at) {
  if (!secret) return "not checked";
  const auto verifier = auth::TokenVerifier::Make({.secret = *secret});
  if (!verifier.ok()) return std::string(verifier.status().message());
  const auto claims = (*verifier)->Verify(token, at);
  return claims.ok() ? "right" : std::string(claims.status().message());
}

absl::string_view ClaimOf(absl::string_view role) {
  if (absl::EndsWith(role, "/verified") || absl::EndsWith(role, "/unverified")) {
    return "verified, email_verified or phone_verified";
  }
  if (role == "any") return "everybody has it";
  if (role == "users") return "everybody with a token has it";
  if (absl::StartsWith(role, "user:")) return "sub or userId";
  if (absl::StartsWith(role, "label:")) return "labels";
  return absl::StartsWith(role, "member:") ? "teams[].membership" : "teams";
}

}  // namespace

absl::StatusOr<TokenReport> ReportOn(const std::string& token,
                                     const std::optional<std::string>& secret, TimePoint now) {
  auto parts = TakeApart(token);
  if (!parts.ok()) return parts.status();
  TokenReport report{.parts = *std::move(parts)};
  const auto& expiry = report.parts.expires_at;
  report.expired = expiry && *expiry <= now;
  // What it gave while it was valid is of interest, too.
  const TimePoint valid = report.expired ? *expiry - std::chrono::milliseconds(1) : now;
  report.refusal = std::string(ReadAsServer(report.parts.claims, now).status().message());
  report.signature = SignatureText(token, secret, valid);
  const auto claims = ReadAsServer(report.parts.claims, valid);
  if (!claims.ok()) return report;
  report.user = claims->user.user_id;
  report.project = claims->project;
  const RoleSetPtr roles = UserRoles(claims->user);
  for (const std::string& role : roles->roles()) {
    report.roles.emplace_back(role, ClaimOf(role));
  }
  return report;
}

std::string TokenJson(const TokenReport& report) {
  std::string text;
  transcode::JsonWriter out(&text);
  out.BeginObject();
  out.Key("header");
  out.Raw(report.parts.header);
  out.Key("claims");
  out.Raw(report.parts.claims);
  out.Key("expired");
  out.Bool(report.expired);
  out.Key("signature");
  out.String(report.signature);
  out.Key("refusal");
  out.String(report.refusal);
  out.Key("roles");
  out.BeginObject();
  for (const auto& [role, claim] : report.roles) {
    out.Key(role);
    out.String(claim);
  }
  out.EndObject();
  out.EndObject();
  return text + "\n";
}

std::string TokenTable(const TokenReport& report, TimePoint now) {
  const auto& expiry = report.parts.expires_at;
  std::vector<Row> rows = {
      {"user", Printable(report.user)},
      {"project", report.project.empty() ? "any" : Printable(report.project)},
      {"expires", !expiry          ? "never said"
                  : report.expired ? absl::StrCat(MomentText(*expiry), " (over)")
                                   : absl::StrCat(MomentText(*expiry), " (in ",
                                                  ShortDuration(*expiry - now), ")")},
      {"signature", Printable(report.signature)},
      {"the server", report.refusal.empty() ? "would take these claims"
                                            : "would refuse: " + Printable(report.refusal)},
      {"header", Printable(report.parts.header)},
      {"claims", Printable(report.parts.claims)}};
  std::string text = absl::StrCat(absl::StrJoin(TableLines(rows), "\n"), "\n");
  if (report.roles.empty()) return text;
  rows = {{"ROLE", "FROM THE CLAIM"}};
  for (const auto& [role, claim] : report.roles) rows.push_back({Printable(role), claim});
  return absl::StrCat(text, "\n", absl::StrJoin(TableLines(rows), "\n"), "\n");
}

}  // namespace presences::cli
