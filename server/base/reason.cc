#include "server/base/reason.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace presences {
namespace {

using Code = absl::StatusCode;

// clang-format off
constexpr ReasonRow kRows[] = {
    {Reason::kGeneralArgumentInvalid, "GENERAL_ARGUMENT_INVALID", Code::kInvalidArgument, 400, "general_argument_invalid"},
    {Reason::kGeneralQueryInvalid, "GENERAL_QUERY_INVALID", Code::kInvalidArgument, 400, "general_query_invalid"},
    {Reason::kGeneralCursorNotFound, "GENERAL_CURSOR_NOT_FOUND", Code::kInvalidArgument, 400, "general_cursor_not_found"},
    {Reason::kGeneralBadRequest, "GENERAL_BAD_REQUEST", Code::kInvalidArgument, 400, "general_bad_request"},
    {Reason::kDocumentInvalidStructure, "DOCUMENT_INVALID_STRUCTURE", Code::kInvalidArgument, 400, "document_invalid_structure"},
    {Reason::kDatabaseQueryOrderNull, "DATABASE_QUERY_ORDER_NULL", Code::kInvalidArgument, 400, "database_query_order_null"},
    {Reason::kGeneralUnauthorizedScope, "GENERAL_UNAUTHORIZED_SCOPE", Code::kPermissionDenied, 401, "general_unauthorized_scope"},
    {Reason::kUserUnauthorized, "USER_UNAUTHORIZED", Code::kPermissionDenied, 401, "user_unauthorized"},
    {Reason::kUserUnauthenticated, "GENERAL_UNAUTHORIZED_SCOPE", Code::kUnauthenticated, 401, "general_unauthorized_scope"},
    {Reason::kUserJwtInvalid, "USER_JWT_INVALID", Code::kUnauthenticated, 401, "user_jwt_invalid"},
    {Reason::kProjectKeyExpired, "PROJECT_KEY_EXPIRED", Code::kUnauthenticated, 401, "project_key_expired"},
    {Reason::kGeneralUnknownOrigin, "GENERAL_UNKNOWN_ORIGIN", Code::kPermissionDenied, 403, "general_unknown_origin"},
    {Reason::kUserJwtAndCookieSet, "USER_JWT_AND_COOKIE_SET", Code::kPermissionDenied, 403, "user_jwt_and_cookie_set"},
    {Reason::kPresenceNotFound, "PRESENCE_NOT_FOUND", Code::kNotFound, 404, "presence_not_found"},
    {Reason::kProjectNotFound, "PROJECT_NOT_FOUND", Code::kNotFound, 404, "project_not_found"},
    {Reason::kGeneralRouteNotFound, "GENERAL_ROUTE_NOT_FOUND", Code::kUnimplemented, 404, "general_route_not_found"},
    {Reason::kPresenceAlreadyExists, "PRESENCE_ALREADY_EXISTS", Code::kAlreadyExists, 409, "presence_already_exists"},
    {Reason::kPresenceRevisionMismatch, "PRESENCE_REVISION_MISMATCH", Code::kAborted, 412, "presence_revision_mismatch"},
    {Reason::kGeneralRequestTimeout, "GENERAL_REQUEST_TIMEOUT", Code::kDeadlineExceeded, 408, "general_request_timeout"},
    {Reason::kGeneralRequestTooLarge, "GENERAL_REQUEST_TOO_LARGE", Code::kResourceExhausted, 413, "general_request_too_large"},
    {Reason::kGeneralRateLimitExceeded, "GENERAL_RATE_LIMIT_EXCEEDED", Code::kResourceExhausted, 429, "general_rate_limit_exceeded"},
    {Reason::kGeneralResourceLimitExceeded, "GENERAL_RESOURCE_LIMIT_EXCEEDED", Code::kResourceExhausted, 429, "general_resource_limit_exceeded"},
    {Reason::kGeneralStorageUnavailable, "GENERAL_STORAGE_UNAVAILABLE", Code::kUnavailable, 503, "general_storage_unavailable"},
    {Reason::kGeneralShuttingDown, "GENERAL_SHUTTING_DOWN", Code::kUnavailable, 503, "general_shutting_down"},
    {Reason::kGeneralNotImplemented, "GENERAL_NOT_IMPLEMENTED", Code::kUnimplemented, 501, "general_not_implemented"},
    {Reason::kSlowConsumer, "SLOW_CONSUMER", Code::kResourceExhausted, 429, "slow_consumer"},
    {Reason::kGeneralServerError, "GENERAL_SERVER_ERROR", Code::kInternal, 500, "general_server_error"},
};
// clang-format on

// The table is indexed by the enum, so a row out of place must not compile.
constexpr bool InOrder() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<std::size_t>(kRows[i].reason) != i) return false;
  }
  return true;
}
static_assert(InOrder());

void AppendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void AppendBytes(std::string& out, int field, absl::string_view bytes) {
  AppendVarint(out, static_cast<std::uint64_t>(field) << 3 | 2);
  AppendVarint(out, bytes.size());
  out.append(bytes.data(), bytes.size());
}

struct Field {
  int number = 0;
  absl::string_view bytes;
};

// Takes one length-delimited field that AppendBytes wrote from the front of `rest`.
std::optional<Field> TakeField(absl::string_view& rest) {
  if (rest.size() < 2) return std::nullopt;
  const int number = static_cast<std::uint8_t>(rest[0]) >> 3;
  rest.remove_prefix(1);
  std::size_t size = 0;
  for (int shift = 0; !rest.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(rest[0]);
    rest.remove_prefix(1);
    size |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (size > rest.size()) return std::nullopt;
  const Field field{number, rest.substr(0, size)};
  rest.remove_prefix(size);
  return field;
}

// Reads field 1 of a serialized ErrorInfo that AppendBytes wrote first.
absl::string_view ReasonName(absl::string_view payload) {
  if (payload.size() < 2 || payload[0] != 0x0a) return {};
  const auto size = static_cast<std::uint8_t>(payload[1]);  // names are shorter than 128 bytes
  return payload.substr(2, size);
}

}  // namespace

const ReasonRow& RowOf(Reason reason) { return kRows[static_cast<std::size_t>(reason)]; }

const ReasonRow& RowOf(const absl::Status& status) {
  if (const auto payload = status.GetPayload(kErrorInfoType)) {
    const std::string bytes(*payload);
    const absl::string_view name = ReasonName(bytes);
    for (const ReasonRow& row : kRows) {
      if (name == row.name && status.code() == row.code) return row;
    }
  }
  return RowOf(Reason::kGeneralServerError);
}

absl::Status MakeError(
    Reason reason, absl::string_view message,
    std::initializer_list<std::pair<absl::string_view, absl::string_view>> metadata) {
  const ReasonRow& row = RowOf(reason);
  // google.rpc.ErrorInfo{reason = 1, domain = 2, metadata = 3}; written by hand because base
  // must not depend on generated code.
  std::string info;
  AppendBytes(info, 1, row.name);
  AppendBytes(info, 2, "presences");
  for (const auto& [key, value] : metadata) {
    std::string entry;
    AppendBytes(entry, 1, key);
    AppendBytes(entry, 2, value);
    AppendBytes(info, 3, entry);
  }
  absl::Status status(row.code, message);
  status.SetPayload(kErrorInfoType, absl::Cord(info));
  return status;
}

std::string ErrorMetadata(const absl::Status& status, absl::string_view key) {
  const auto payload = status.GetPayload(kErrorInfoType);
  if (!payload) return "";
  const std::string bytes(*payload);
  absl::string_view rest = bytes;
  while (const auto field = TakeField(rest)) {
    if (field->number != 3) continue;
    absl::string_view entry = field->bytes;
    const auto name = TakeField(entry);
    const auto value = TakeField(entry);
    if (name && value && name->bytes == key) return std::string(value->bytes);
  }
  return "";
}

absl::Status InvalidField(absl::string_view field, absl::string_view rule_and_fix) {
  return MakeError(Reason::kGeneralArgumentInvalid, absl::StrCat(field, ": ", rule_and_fix),
                   {{"field", field}});
}

void SetRetryDelay(absl::Status& status, int milliseconds) {
  // google.rpc.RetryInfo{retry_delay = 1: Duration{seconds = 1, nanos = 2}}.
  std::string duration;
  AppendVarint(duration, 1 << 3);
  AppendVarint(duration, static_cast<std::uint64_t>(milliseconds / 1000));
  AppendVarint(duration, 2 << 3);
  AppendVarint(duration, static_cast<std::uint64_t>(milliseconds % 1000) * 1'000'000);
  std::string info;
  AppendBytes(info, 1, duration);
  status.SetPayload(kRetryInfoType, absl::Cord(info));
}

}  // namespace presences
