// ParseClientMessage by a table (testdata/ws/client_message.txt), and metadata to the last byte.

#include "server/gateway/ws/client_message.h"

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "server/core/validate.h"
#include "tests/support/fake_clock.h"
#include "tests/support/paths.h"
#include "tests/support/status_matchers.h"
#include "tests/support/table.h"

namespace presences::gateway {
namespace {

using presences::testing::CheckTable;
using presences::testing::HasReason;
using presences::testing::IsOk;

std::string ToText(const PingMessage&) { return "ping"; }
std::string ToText(const AuthenticationMessage& message) {
  return absl::StrCat("authentication ", message.session.size(), " ",
                      message.session.substr(0, 20));
}
std::string ToText(const SubscribeMessage& message) {
  std::string text = "subscribe";
  for (const auto& item : message.items) {
    absl::StrAppend(&text, " (", item.id, ": ", absl::StrJoin(item.channels, ","), "; ",
                    absl::StrJoin(item.queries, ","), ")");
  }
  return text;
}
std::string ToText(const UnsubscribeMessage& message) {
  return absl::StrCat("unsubscribe ", absl::StrJoin(message.ids, ","));
}
std::string ToText(const PresenceMessageIn& message) {
  const RawWrite& write = message.write;
  return absl::StrCat(
      "presence id=", write.presence_id, " status=", write.status.value_or("-"),
      " permissions=", write.permissions ? absl::StrJoin(*write.permissions, ",") : "-",
      " metadata=", write.metadata.value_or("-"));
}

TEST(ClientMessage, Table) {
  CheckTable(PRESENCES_TESTDATA "/ws/client_message.txt",
             [](absl::string_view input) -> absl::StatusOr<std::string> {
               const auto message = ParseClientMessage(input);
               if (!message.ok()) return message.status();
               return std::visit([](const auto& one) { return ToText(one); }, *message);
             });
}

// What a presence message with this metadata is stored as.
absl::StatusOr<std::string> Stored(const std::string& metadata) {
  auto message =
      ParseClientMessage(absl::StrCat(R"({"type":"presence","data":{"status":"on","metadata":)",
                                      metadata, R"(,"presenceId":"p"}})"));
  if (!message.ok()) return message.status();
  auto input = ParseUpsert(std::move(std::get<PresenceMessageIn>(*message).write),
                           presences::testing::FakeClock().Now());
  if (!input.ok()) return input.status();
  return input->metadata;
}

TEST(ClientMessage, MetadataKeepsItsText) {
  for (const std::string text :
       {R"({})", R"({"b":{},"a":[],"c":[{}]})", R"({"n":9223372036854775807})",
        R"({"n":18446744073709551615})", R"({"n":123456789012345678901234567890})",
        R"({"n":-9223372036854775809})", R"({"n":1.0,"m":1e2,"k":0.10,"z":-0})", R"({"a":1,"a":2})",
        R"({"s":"\u00e9\n\/","é":"☺"})"}) {
    const auto stored = Stored(text);
    ASSERT_THAT(stored, IsOk()) << text;
    EXPECT_EQ(*stored, text);
  }
  EXPECT_EQ(Stored(" { \"a\" :\t[ 1 , 2 ] \n} ").value(), R"({"a":[1,2]})");
  EXPECT_EQ(Stored("[]").value(), "{}");
  EXPECT_EQ(Stored("null").value(), "{}");
}

TEST(ClientMessage, MetadataIsCheckedByTheCore) {
  const auto nested = [](int depth) {
    std::string open = "{}";
    for (int i = 1; i < depth; ++i) open = absl::StrCat("{\"a\":", open, "}");
    return open;
  };
  EXPECT_THAT(Stored(nested(64)), IsOk());
  EXPECT_THAT(Stored(nested(65)), HasReason(Reason::kDocumentInvalidStructure, "metadata"));
  EXPECT_THAT(Stored(R"({"__proto__":1})"), HasReason(Reason::kGeneralArgumentInvalid, "metadata"));
  EXPECT_THAT(Stored(R"({"n":1e999})"), HasReason(Reason::kGeneralArgumentInvalid, "metadata"));
  EXPECT_THAT(Stored("5"), HasReason(Reason::kGeneralArgumentInvalid, "metadata"));
  EXPECT_THAT(Stored("[1]"), HasReason(Reason::kGeneralArgumentInvalid, "metadata"));
}

TEST(ClientMessage, NumbersBeyond64BitsElsewhereDoNoHarm) {
  EXPECT_THAT(ParseClientMessage(R"({"type":"ping","data":99999999999999999999999})"), IsOk());
}

TEST(ClientMessage, ALongUnknownTypeIsCutBetweenCharacters) {
  const std::string type = std::string(63, 't') + "é";
  const auto message = ParseClientMessage(absl::StrCat(R"({"type":")", type, R"("})"));
  EXPECT_THAT(message, HasReason(Reason::kGeneralArgumentInvalid,
                                 absl::StrCat("'", std::string(63, 't'), "'")));
}

}  // namespace
}  // namespace presences::gateway
