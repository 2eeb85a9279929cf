// The rules that are tables: tests/testdata/core/*.txt.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "server/base/reason.h"
#include "server/core/channel.h"
#include "server/core/json.h"
#include "server/core/permission.h"
#include "server/core/time_format.h"
#include "server/core/validate.h"
#include "tests/support/paths.h"
#include "tests/support/table.h"

namespace presences {
namespace {

using ::presences::testing::CheckTable;
using Names = std::vector<std::string>;

std::string TablePath(const char* name) {
  return absl::StrCat(PRESENCES_TESTDATA, "/core/", name, ".txt");
}

std::vector<std::string> Split(absl::string_view text, char separator) {
  return absl::StrSplit(text, separator, absl::SkipEmpty());
}

// The two sides of " @ ".
std::pair<absl::string_view, absl::string_view> Sides(absl::string_view input) {
  const std::size_t at = input.rfind(" @ ");
  EXPECT_NE(at, absl::string_view::npos) << input;
  return {input.substr(0, at), input.substr(at + 3)};
}

std::string Describe(const JsonScalar& scalar) {
  switch (scalar.kind) {
    case JsonScalar::Kind::kNull:
      return "null";
    case JsonScalar::Kind::kBool:
      return scalar.boolean ? "bool true" : "bool false";
    case JsonScalar::Kind::kNumber:
      return absl::StrCat("number ", scalar.number);
    case JsonScalar::Kind::kString:
      return scalar.text.empty() ? "string" : absl::StrCat("string ", scalar.text);
    case JsonScalar::Kind::kOther:
      return absl::StrCat("other ", scalar.text);
  }
  return "";
}

TEST(TableTest, Permissions) {
  CheckTable(TablePath("permissions"), [](absl::string_view input) -> absl::StatusOr<std::string> {
    const auto normalized = NormalizePermissions(Split(input, ' '));
    if (!normalized.ok()) return normalized.status();
    return absl::StrJoin(*normalized, " ");
  });
}

TEST(TableTest, Ids) {
  CheckTable(TablePath("ids"), [](absl::string_view input) -> absl::StatusOr<std::string> {
    RawWrite raw;
    raw.presence_id = std::string(input);
    auto parsed = ParseDelete(std::move(raw));
    if (!parsed.ok()) return parsed.status();
    return parsed->presence_id;
  });
}

TEST(TableTest, Statuses) {
  CheckTable(TablePath("statuses"), [](absl::string_view input) -> absl::StatusOr<std::string> {
    RawWrite raw;
    raw.presence_id = "p1";
    raw.status = std::string(input);
    auto parsed = ParseUpsert(std::move(raw), TimePoint());
    if (!parsed.ok()) return parsed.status();
    return parsed->status;
  });
}

TEST(TableTest, Metadata) {
  CheckTable(TablePath("metadata"),
             [](absl::string_view input) { return CompactMetadata("metadata", input); });
}

TEST(TableTest, FindInMetadata) {
  CheckTable(TablePath("metadata_find"),
             [](absl::string_view input) -> absl::StatusOr<std::string> {
               const auto [metadata, path] = Sides(input);
               const auto found = FindInMetadata(metadata, path);
               return found ? Describe(*found) : "absent";
             });
}

TEST(TableTest, Times) {
  CheckTable(TablePath("times"), [](absl::string_view input) -> absl::StatusOr<std::string> {
    const auto time = ParseTime(input);
    if (!time) return InvalidField("time", "is no date");
    return FormatTime(*time);
  });
}

TEST(TableTest, ChannelNames) {
  CheckTable(TablePath("channel_names"),
             [](absl::string_view input) -> absl::StatusOr<std::string> {
               const auto set = ChannelSet::Parse(Split(input, ','), 100);
               if (!set.ok()) return set.status();
               return set->Canonical();
             });
}

TEST(TableTest, Channels) {
  CheckTable(TablePath("channels"), [](absl::string_view input) -> absl::StatusOr<std::string> {
    const auto [channels, change] = Sides(input);
    const std::vector<std::string> words = Split(change, ' ');
    const auto set = ChannelSet::Parse(Split(channels, ','), 100);
    if (!set.ok()) return set.status();
    for (const EventAction action :
         {EventAction::kUpsert, EventAction::kUpdate, EventAction::kDelete}) {
      if (EventActionName(action) == words[1]) {
        return set->Hears(words[0], action) ? "hears" : "silent";
      }
    }
    return absl::InvalidArgumentError("no such action");
  });
}

TEST(TimeFormatTest, ShowsTimesOutsideItsYearsAsTheNearest) {
  EXPECT_EQ(FormatTime(TimePoint::max()), "9999-12-31T23:59:59.999+00:00");
  EXPECT_EQ(FormatTime(TimePoint::min()), "0000-01-01T00:00:00.000+00:00");
}

TEST(TimeFormatTest, ReadsBackWhatItWrote) {
  const std::chrono::milliseconds step{12'345'678'901};
  for (TimePoint time = kMinTime; time <= kMaxTime; time += step) {
    ASSERT_EQ(ParseTime(FormatTime(time)), time) << FormatTime(time);
  }
}

TEST(ChannelSetTest, RefusesMoreNamesThanTheLimit) {
  const Names three = {"presences.a", "presences.b", "presences.c"};
  EXPECT_TRUE(ChannelSet::Parse(three, 3).ok());
  EXPECT_TRUE(ChannelSet::Parse(three, 0).ok()) << "0 switches the limit off";
  const auto refused = ChannelSet::Parse(three, 2);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(RowOf(refused.status()).reason, Reason::kGeneralResourceLimitExceeded);
  EXPECT_TRUE(absl::StrContains(refused.status().message(), "max_channels_per_subscription"));
}

TEST(ChannelSetTest, SnapshotCoversPlainNamesOnly) {
  const auto all = ChannelSet::Parse(Names{"presences.a", "presences"}, 0);
  ASSERT_TRUE(all.ok());
  EXPECT_TRUE(all->covers_all_records());

  const auto some = ChannelSet::Parse(Names{"presences.b", "presences.a", "presences.b"}, 0);
  ASSERT_TRUE(some.ok());
  EXPECT_FALSE(some->covers_all_records());
  EXPECT_EQ(some->record_ids(), (Names{"a", "b"}));

  const std::string long_id(36, 'a');
  const auto events = ChannelSet::Parse(Names{"presences." + long_id + ".update"}, 0);
  ASSERT_TRUE(events.ok());
  EXPECT_FALSE(events->covers_all_records());
  EXPECT_TRUE(events->record_ids().empty());
}

TEST(ChannelSetTest, LenientKeepsForeignNamesSilent) {
  const auto set =
      ChannelSet::ParseLenient(Names{"account", "presences.p1", "account", "presences.*"});
  EXPECT_EQ(set.names(), (Names{"account", "presences.p1", "presences.*"}));
  EXPECT_TRUE(set.Hears("p1", EventAction::kUpdate));
  EXPECT_FALSE(set.Hears("p2", EventAction::kUpdate));
  EXPECT_FALSE(set.Hears("*", EventAction::kUpdate));
  EXPECT_EQ(set.Canonical(), "presences.p1");

  const auto empty = ChannelSet::ParseLenient({});
  EXPECT_FALSE(empty.Hears("p1", EventAction::kUpdate));
  EXPECT_TRUE(empty.names().empty());
}

}  // namespace
}  // namespace presences
