#include "client/retry_policy.h"

#include "client/error_details.h"
#include "client/proto_convert.h"
#include "gtest/gtest.h"
#include "tests/unit/client/refusal.h"

namespace presences::client {
namespace {

using std::chrono::milliseconds;

TEST(RetryPolicyTest, RepeatsOnlyWhatTheServerLeavesOpen) {
  EXPECT_TRUE(IsRetryable(FromGrpc(Unreachable())));
  EXPECT_TRUE(IsRetryable(FromGrpc(Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED,
                                           "GENERAL_RATE_LIMIT_EXCEEDED", milliseconds(5)))));
  EXPECT_FALSE(IsRetryable(
      FromGrpc(Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "GENERAL_RESOURCE_LIMIT_EXCEEDED"))));
  EXPECT_FALSE(IsRetryable(absl::DeadlineExceededError("late")));
  EXPECT_FALSE(IsRetryable(absl::CancelledError("cut")));
  EXPECT_TRUE(IsRetryableStream(absl::CancelledError("cut")));
  EXPECT_FALSE(IsRetryableStream(absl::InternalError("broken")));
}

TEST(RetryPolicyTest, ReadsTheDetailsOfARefusal) {
  const absl::Status status = FromGrpc(
      Refusal(grpc::StatusCode::UNAVAILABLE, "GENERAL_STORAGE_UNAVAILABLE", milliseconds(1250)));
  EXPECT_EQ(ReasonOf(status), "GENERAL_STORAGE_UNAVAILABLE");
  EXPECT_EQ(DetailOf(status, "field"), "status");
  EXPECT_EQ(DetailOf(status, "other"), "");
  EXPECT_EQ(RetryDelayOf(status), milliseconds(1250));
  EXPECT_EQ(status.message(), "refused");
}

TEST(RetryPolicyTest, KeepsCodeAndTextWhenTheDetailsAreBroken) {
  const absl::Status status =
      FromGrpc(grpc::Status(grpc::StatusCode::NOT_FOUND, "gone", "\xff\xff\xff"));
  EXPECT_EQ(status, absl::NotFoundError("gone"));
  EXPECT_EQ(ReasonOf(status), "");
  EXPECT_FALSE(RetryDelayOf(status).has_value());
}

TEST(BackoffTest, NeverComesBackBeforeTheServerAsks) {
  Backoff backoff({.initial_backoff = milliseconds(10)}, 1);
  EXPECT_GE(backoff.Next(FromGrpc(Refusal(grpc::StatusCode::UNAVAILABLE, "X", milliseconds(2000)))),
            milliseconds(2000));
}

TEST(BackoffTest, DiffersBetweenClientsThatBrokeTogether) {
  const RetryPolicy policy{.initial_backoff = milliseconds(10'000)};
  EXPECT_NE(Backoff(policy, 1).Next(absl::UnavailableError("")),
            Backoff(policy, 2).Next(absl::UnavailableError("")));
}

}  // namespace
}  // namespace presences::client
