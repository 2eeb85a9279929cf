#include "server/wire/error_json.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "proto/runtime/json_writer.h"
#include "server/base/reason.h"
#include "server/wire/presence_proto.h"

namespace presences::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Json(const absl::Status& status) {
  std::string json;
  AppendErrorJson(status, &json);
  return json;
}

TEST(ErrorJsonTest, StatesMessageCodeTypeVersionInThisOrder) {
  EXPECT_EQ(Json(InvalidField("status", "must be text; \"online\", say")),
            absl::StrCat(R"({"message":"status: must be text; \"online\", say","code":400,)"
                         R"("type":"general_argument_invalid","version":")",
                         ServerVersion(), "\"}"));
}

TEST(ErrorJsonTest, WhatIsOursStaysInside) {
  const std::string json = Json(absl::InternalError("file.cc:12: null pointer"));
  EXPECT_THAT(json, Not(HasSubstr("pointer")));
  EXPECT_THAT(json, HasSubstr(R"("code":500,"type":"general_server_error")"));
}

TEST(ErrorJsonTest, BytesThatAreNoTextDoNotGetOut) {
  EXPECT_THAT(Json(InvalidField("x", "got 'a\xff\xfe'")), HasSubstr("got 'a?"
                                                                    "?'"));
  EXPECT_THAT(Json(InvalidField("x", "got 'h\xc3\xa9'")), HasSubstr("got 'h\xc3\xa9'"));
}

TEST(ErrorJsonTest, AnErrorInsideAResponseLooksTheSame) {
  const absl::Status status = MakeError(Reason::kPresenceNotFound, "no such presence");
  google::rpc::Status message;
  ToProto(status, &message);
  std::string json;
  transcode::JsonWriter writer(&json, WriteError);
  writer.Status(message);
  EXPECT_EQ(json, Json(status));
}

TEST(ErrorJsonTest, ReadsTheRetryDelay) {
  absl::Status status = MakeError(Reason::kGeneralRateLimitExceeded, "slower");
  EXPECT_FALSE(RetryDelay(status));
  SetRetryDelay(status, 1500);
  EXPECT_EQ(RetryDelay(status), std::chrono::milliseconds(1500));
  status.SetPayload(kRetryInfoType, absl::Cord("\xff"));
  EXPECT_FALSE(RetryDelay(status));
}

}  // namespace
}  // namespace presences::wire
