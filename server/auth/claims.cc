#include "server/auth/claims.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/auth/jwt.h"
#include "server/auth/team_claims.h"
#include "server/core/time_format.h"
#include "server/core/validate.h"

namespace presences::auth {
namespace {

using simdjson::dom::element;

constexpr double kEndOfYear9999 = 253'402'300'799;  // seconds; later is a mistake in the unit

// Reads an optional string claim; absent leaves `out` empty.
absl::Status ReadText(const JsonObject& payload, absl::string_view name, std::string& out) {
  const auto value = payload.Find(name);
  if (!value) return absl::OkStatus();
  std::optional<std::string> text = AsString(*value);
  if (!text) return TokenError(absl::StrCat("claim ", name, " must be a string"));
  out = *std::move(text);
  return absl::OkStatus();
}

// Reads an optional NumericDate: integer or fraction, rounded down to milliseconds.
absl::Status ReadTime(const JsonObject& payload, absl::string_view name,
                      std::optional<TimePoint>& out) {
  const auto value = payload.Find(name);
  if (!value) return absl::OkStatus();
  double seconds = 0;
  if (!value->is_number() || value->get(seconds)) {
    return TokenError(absl::StrCat("claim ", name, " must be a number of seconds since 1970"));
  }
  if (!(std::abs(seconds) <= kEndOfYear9999)) {
    return TokenError(absl::StrCat(
        "claim ", name, " lies beyond the year 9999; give seconds since 1970, not milliseconds"));
  }
  out = TimePoint(std::chrono::milliseconds(std::llround(std::floor(seconds * 1000))));
  return absl::OkStatus();
}

absl::Status ReadUserId(const JsonObject& payload, std::string& user_id) {
  std::string subject;
  if (absl::Status status = ReadText(payload, "sub", subject); !status.ok()) return status;
  if (absl::Status status = ReadText(payload, "userId", user_id); !status.ok()) return status;
  if (subject.empty() && user_id.empty()) {
    return TokenError("it names no user; put the user id into the claim sub or userId");
  }
  if (!subject.empty() && !user_id.empty() && subject != user_id) {
    return TokenError("claims sub and userId name different users; give one, or both alike");
  }
  if (user_id.empty()) user_id = std::move(subject);
  if (!IsUid(user_id)) {
    return TokenError(
        "the user id in sub or userId must be 1-36 of A-Z a-z 0-9 . _ - and begin with a letter "
        "or digit");
  }
  return absl::OkStatus();
}

// `verified` decides when present; else a verified address of either kind is enough.
absl::Status ReadVerified(const JsonObject& payload, bool& verified) {
  bool any = false;
  for (const char* name : {"email_verified", "phone_verified", "verified"}) {
    const auto value = payload.Find(name);
    if (!value) continue;
    bool flag = false;
    if (value->get(flag)) {
      return TokenError(absl::StrCat("claim ", name, " must be true or false"));
    }
    any = absl::string_view(name) == "verified" ? flag : any || flag;
  }
  verified = any;
  return absl::OkStatus();
}

absl::Status CheckTimes(const JsonObject& payload, TimePoint now, TimePoint& expires_at) {
  std::optional<TimePoint> expiry;
  std::optional<TimePoint> not_before;
  if (absl::Status status = ReadTime(payload, "exp", expiry); !status.ok()) return status;
  if (absl::Status status = ReadTime(payload, "nbf", not_before); !status.ok()) return status;
  if (!expiry) {
    return TokenError("claim exp is required; give the expiry in seconds since 1970");
  }
  if (now >= *expiry + kClockSkew) {
    return TokenError(absl::StrCat("it expired at ", FormatTime(*expiry), "; get a new one"));
  }
  if (not_before && now + kClockSkew < *not_before) {
    return TokenError(absl::StrCat("it is not valid before ", FormatTime(*not_before),
                                   " (claim nbf); check the clocks"));
  }
  expires_at = *expiry;
  return absl::OkStatus();
}

bool Names(const element& audience, absl::string_view expected) {
  const std::optional<std::string> text = AsString(audience);
  return text && *text == expected;
}

bool AudienceFits(const element& audience, absl::string_view expected) {
  simdjson::dom::array list;
  if (audience.get(list)) return Names(audience, expected);
  for (const element entry : list) {
    if (Names(entry, expected)) return true;
  }
  return false;
}

}  // namespace

absl::Status CheckAddressee(const JsonObject& payload, const TokenConfig& config) {
  if (!config.issuer.empty()) {
    const auto issuer = payload.Find("iss");
    if (!issuer || !Names(*issuer, config.issuer)) {
      return TokenError(absl::StrCat("claim iss must be '", config.issuer, "'"));
    }
  }
  if (!config.audience.empty()) {
    const auto audience = payload.Find("aud");
    if (!audience || !AudienceFits(*audience, config.audience)) {
      return TokenError(absl::StrCat("claim aud must name '", config.audience, "'"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<TokenClaims> ReadClaims(const JsonObject& payload, TimePoint now) {
  TokenClaims claims;
  for (const absl::Status& status : {
           CheckTimes(payload, now, claims.expires_at),
           ReadUserId(payload, claims.user.user_id),
           ReadText(payload, "name", claims.name),
           ReadText(payload, "project", claims.project),
           ReadVerified(payload, claims.user.verified),
           ReadTeams(payload, claims.user.teams),
           ReadLabels(payload, claims.user.labels),
       }) {
    if (!status.ok()) return status;
  }
  return claims;
}

}  // namespace presences::auth
