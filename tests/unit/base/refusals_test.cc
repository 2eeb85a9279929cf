#include "server/base/refusals.h"

#include <gtest/gtest.h>

#include <string>

#include "server/base/reason.h"
#include "tests/support/counting_metrics.h"

namespace presences {
namespace {

TEST(RefusalsTest, CountsByTheLimitThatARefusalNames) {
  testing::CountingMetrics metrics;
  const Refusals refusals(metrics);
  refusals.Count(MakeError(Reason::kGeneralResourceLimitExceeded, "full",
                           {{"field", "x"}, {"limit", "max_presences"}}));
  refusals.Count("messages_per_second");
  refusals.Count("messages_per_second");
  refusals.Count(absl::OkStatus());
  refusals.Count(InvalidField("status", "must not be empty"));
  refusals.Count(absl::InternalError("no reason at all"));
  EXPECT_EQ(metrics.Value("presences_refusals_total", {{"limit", "max_presences"}}), 1);
  EXPECT_EQ(metrics.Value("presences_refusals_total", {{"limit", "messages_per_second"}}), 2);
  EXPECT_EQ(metrics.Value("presences_refusals_total", {{"limit", ""}}), 0);
}

TEST(ErrorMetadataTest, ReadsWhatMakeErrorWrote) {
  const std::string huge(100'000, 'x');
  const absl::Status status = MakeError(Reason::kGeneralArgumentInvalid, "no",
                                        {{"field", huge}, {"limit", "a"}, {"empty", ""}});
  EXPECT_EQ(ErrorMetadata(status, "field"), huge);
  EXPECT_EQ(ErrorMetadata(status, "limit"), "a");
  EXPECT_EQ(ErrorMetadata(status, "empty"), "");
  EXPECT_EQ(ErrorMetadata(status, "nothing"), "");
}

TEST(ErrorMetadataTest, ForeignBytesGiveNothing) {
  absl::Status status(absl::StatusCode::kInternal, "foreign");
  for (const std::string bytes :
       {"", "\x1a", "\x1a\xff\xff\xff\xff\xff", "\x1a\x05\x0a\x09", "\x80"}) {
    status.SetPayload(kErrorInfoType, absl::Cord(bytes));
    EXPECT_EQ(ErrorMetadata(status, "limit"), "") << absl::Cord(bytes);
  }
}

}  // namespace
}  // namespace presences
