// Reason: why a call was refused, in the one table that every surface maps from.
//
// A refusal is an absl::Status that carries its Reason as a serialized google.rpc.ErrorInfo
// payload. gRPC sends that payload as it is; HTTP and the socket read the row of the table.
// Nothing else in the code names an HTTP status or an SDK error type.
//
// Threads: immutable.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace presences {

enum class Reason {
  kGeneralArgumentInvalid,
  kGeneralQueryInvalid,
  kGeneralCursorNotFound,
  kGeneralBadRequest,
  kDocumentInvalidStructure,
  kDatabaseQueryOrderNull,
  kGeneralUnauthorizedScope,
  kUserUnauthorized,
  kUserUnauthenticated,
  kUserJwtInvalid,
  kProjectKeyExpired,
  kGeneralUnknownOrigin,
  kUserJwtAndCookieSet,
  kPresenceNotFound,
  kProjectNotFound,
  kGeneralRouteNotFound,
  kPresenceAlreadyExists,
  kPresenceRevisionMismatch,
  kGeneralRequestTimeout,
  kGeneralRequestTooLarge,
  kGeneralRateLimitExceeded,
  kGeneralResourceLimitExceeded,
  kGeneralStorageUnavailable,
  kGeneralShuttingDown,
  kGeneralNotImplemented,
  kSlowConsumer,
  kGeneralServerError,
};

struct ReasonRow {
  Reason reason;
  const char* name;       // ErrorInfo.reason, UPPER_SNAKE
  absl::StatusCode code;  // equals the gRPC code
  int http_status;        // what the Appwrite SDKs expect (contract 1.7, design 2)
  const char* type;       // SDK `type`
};

// Returns the row of `reason`.
const ReasonRow& RowOf(Reason reason);

// Returns the row that `status` carries. A status without a reason (a bug or a foreign library)
// is GENERAL_SERVER_ERROR.
const ReasonRow& RowOf(const absl::Status& status);

// Builds the refusal. `message` names the field, the rule and the fix; dynamic parts are repeated
// in `metadata` so that programs need not parse the text.
absl::Status MakeError(
    Reason reason, absl::string_view message,
    std::initializer_list<std::pair<absl::string_view, absl::string_view>> metadata = {});

// MakeError(kGeneralArgumentInvalid, ...) with metadata {"field": field}.
absl::Status InvalidField(absl::string_view field, absl::string_view rule_and_fix);

// Returns what MakeError was given as metadata[key]; empty when there is none.
std::string ErrorMetadata(const absl::Status& status, absl::string_view key);

// The payload type under which a refusal carries its serialized google.rpc.ErrorInfo.
inline constexpr char kErrorInfoType[] = "type.googleapis.com/google.rpc.ErrorInfo";
// The payload type of google.rpc.RetryInfo, present on overload and rate refusals.
inline constexpr char kRetryInfoType[] = "type.googleapis.com/google.rpc.RetryInfo";

// Adds google.rpc.RetryInfo{retry_delay} to `status`.
void SetRetryDelay(absl::Status& status, int milliseconds);

}  // namespace presences
