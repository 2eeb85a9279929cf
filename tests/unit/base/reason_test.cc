#include "server/base/reason.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"

namespace presences {
namespace {

using ::testing::AnyOf;
using ::testing::MatchesRegex;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr auto kLast = Reason::kGeneralServerError;

std::vector<Reason> AllReasons() {
  std::vector<Reason> reasons;
  for (int i = 0; i <= static_cast<int>(kLast); ++i) reasons.push_back(static_cast<Reason>(i));
  return reasons;
}

google::rpc::ErrorInfo InfoOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload(kErrorInfoType);
  EXPECT_TRUE(payload.has_value() && info.ParseFromString(std::string(*payload)));
  return info;
}

TEST(ReasonTest, EveryRowIsWellFormed) {
  for (const Reason reason : AllReasons()) {
    const ReasonRow& row = RowOf(reason);
    SCOPED_TRACE(row.name);
    EXPECT_EQ(row.reason, reason);
    EXPECT_THAT(row.name, MatchesRegex("[A-Z][A-Z0-9_]+[A-Z0-9]"));
    EXPECT_LE(std::string(row.name).size(), 63u) << "google.rpc.ErrorInfo allows no more";
    EXPECT_EQ(absl::AsciiStrToLower(row.name), row.type);
    EXPECT_NE(row.code, absl::StatusCode::kOk);
  }
}

// The Appwrite SDKs know no other statuses than these (contract 1.7, design section 2).
TEST(ReasonTest, CodesAndStatusesBelongTogether) {
  for (const Reason reason : AllReasons()) {
    const ReasonRow& row = RowOf(reason);
    SCOPED_TRACE(row.name);
    switch (row.http_status) {
      case 400:
        EXPECT_EQ(row.code, absl::StatusCode::kInvalidArgument);
        break;
      case 401:
        EXPECT_THAT(row.code,
                    AnyOf(absl::StatusCode::kUnauthenticated, absl::StatusCode::kPermissionDenied));
        break;
      case 403:
        EXPECT_EQ(row.code, absl::StatusCode::kPermissionDenied);
        break;
      case 404:
        EXPECT_THAT(row.code, AnyOf(absl::StatusCode::kNotFound, absl::StatusCode::kUnimplemented));
        break;
      case 408:
        EXPECT_EQ(row.code, absl::StatusCode::kDeadlineExceeded);
        break;
      case 409:
        EXPECT_EQ(row.code, absl::StatusCode::kAlreadyExists);
        break;
      case 412:
        EXPECT_EQ(row.code, absl::StatusCode::kAborted);
        break;
      case 413:
      case 429:
        EXPECT_EQ(row.code, absl::StatusCode::kResourceExhausted);
        break;
      case 500:
        EXPECT_EQ(row.code, absl::StatusCode::kInternal);
        break;
      case 501:
        EXPECT_EQ(row.code, absl::StatusCode::kUnimplemented);
        break;
      case 503:
        EXPECT_EQ(row.code, absl::StatusCode::kUnavailable);
        break;
      default:
        ADD_FAILURE() << row.http_status;
    }
  }
}

TEST(ReasonTest, PinnedRowsStay) {
  const auto row = [](Reason reason) {
    return std::pair<int, std::string>(RowOf(reason).http_status, RowOf(reason).type);
  };
  EXPECT_THAT(row(Reason::kPresenceNotFound), Pair(404, "presence_not_found"));
  EXPECT_THAT(row(Reason::kPresenceAlreadyExists), Pair(409, "presence_already_exists"));
  EXPECT_THAT(row(Reason::kPresenceRevisionMismatch), Pair(412, "presence_revision_mismatch"));
  EXPECT_THAT(row(Reason::kUserUnauthorized), Pair(401, "user_unauthorized"));
  EXPECT_THAT(row(Reason::kGeneralUnauthorizedScope), Pair(401, "general_unauthorized_scope"));
  EXPECT_THAT(row(Reason::kUserUnauthenticated), Pair(401, "general_unauthorized_scope"));
  EXPECT_THAT(row(Reason::kUserJwtAndCookieSet), Pair(403, "user_jwt_and_cookie_set"));
  EXPECT_THAT(row(Reason::kGeneralRequestTooLarge), Pair(413, "general_request_too_large"));
  EXPECT_THAT(row(Reason::kGeneralStorageUnavailable), Pair(503, "general_storage_unavailable"));
  EXPECT_EQ(RowOf(Reason::kUserUnauthenticated).code, absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(RowOf(Reason::kGeneralUnauthorizedScope).code, absl::StatusCode::kPermissionDenied);
}

TEST(ReasonTest, NameAndCodeTellReasonsApart) {
  std::set<std::pair<std::string, absl::StatusCode>> seen;
  for (const Reason reason : AllReasons()) {
    EXPECT_TRUE(seen.emplace(RowOf(reason).name, RowOf(reason).code).second) << RowOf(reason).name;
  }
}

TEST(MakeErrorTest, StatusLeadsBackToItsRow) {
  for (const Reason reason : AllReasons()) {
    const absl::Status status = MakeError(reason, "text", {{"key", "value"}});
    EXPECT_EQ(RowOf(status).reason, reason) << RowOf(reason).name;
    EXPECT_EQ(status.code(), RowOf(reason).code);
    EXPECT_EQ(status.message(), "text");
  }
}

TEST(MakeErrorTest, CarriesAGoogleRpcErrorInfo) {
  const std::string long_value(300, 'x');
  const google::rpc::ErrorInfo info = InfoOf(
      MakeError(Reason::kPresenceNotFound, "gone", {{"presenceId", "p1"}, {"long", long_value}}));
  EXPECT_EQ(info.reason(), "PRESENCE_NOT_FOUND");
  EXPECT_EQ(info.domain(), "presences");
  EXPECT_THAT(info.metadata(),
              UnorderedElementsAre(Pair("presenceId", "p1"), Pair("long", long_value)));
}

TEST(MakeErrorTest, InvalidFieldNamesTheField) {
  const absl::Status status = InvalidField("status", "must be short; shorten it");
  EXPECT_EQ(RowOf(status).reason, Reason::kGeneralArgumentInvalid);
  EXPECT_EQ(status.message(), "status: must be short; shorten it");
  EXPECT_THAT(InfoOf(status).metadata(), UnorderedElementsAre(Pair("field", "status")));
}

TEST(ReasonTest, StatusWithoutAReasonIsAServerError) {
  EXPECT_EQ(RowOf(absl::NotFoundError("from elsewhere")).reason, Reason::kGeneralServerError);
  for (const std::string& payload : std::vector<std::string>{
           "", "\x0a", "\x0a\x50", std::string("\x0a\x00", 2), "garbage", "\x0a\x04NONE"}) {
    absl::Status status = absl::NotFoundError("odd payload");
    status.SetPayload(kErrorInfoType, absl::Cord(payload));
    EXPECT_EQ(RowOf(status).reason, Reason::kGeneralServerError);
  }
  // A known name under a foreign code is not ours either.
  absl::Status status = absl::InternalError("wrong code");
  status.SetPayload(kErrorInfoType,
                    *MakeError(Reason::kPresenceNotFound, "").GetPayload(kErrorInfoType));
  EXPECT_EQ(RowOf(status).reason, Reason::kGeneralServerError);
}

TEST(RetryDelayTest, CarriesAGoogleRpcRetryInfo) {
  absl::Status status = MakeError(Reason::kGeneralRateLimitExceeded, "slow down");
  SetRetryDelay(status, 2'345);
  const auto payload = status.GetPayload(kRetryInfoType);
  ASSERT_TRUE(payload.has_value());
  google::rpc::RetryInfo info;
  ASSERT_TRUE(info.ParseFromString(std::string(*payload)));
  EXPECT_EQ(info.retry_delay().seconds(), 2);
  EXPECT_EQ(info.retry_delay().nanos(), 345'000'000);
  EXPECT_EQ(RowOf(status).reason, Reason::kGeneralRateLimitExceeded);
}

}  // namespace
}  // namespace presences
