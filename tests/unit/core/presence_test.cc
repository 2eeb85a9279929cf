#include "server/core/presence.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/core/permission.h"
#include "server/core/time_format.h"
#include "server/core/validate.h"

namespace presences {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

PresenceFields SomeFields() {
  PresenceFields fields;
  fields.id = "p1";
  fields.user_id = "u1";
  fields.status = "online \xc3\xa4";
  fields.metadata = R"({"page":"/home"})";
  fields.permissions = {R"(read("any"))", R"(update("team:t"))"};
  fields.created_at = TimePoint(milliseconds(1'000));
  fields.updated_at = TimePoint(milliseconds(2'000));
  fields.expires_at = TimePoint(milliseconds(1'893'456'000'123));
  fields.revision = 0x0102030405060708;
  fields.created_revision = 7;
  fields.source = Source::kRealtime;
  fields.held = true;
  return fields;
}

void ExpectEqual(const Presence& got, const PresenceFields& want) {
  EXPECT_EQ(got.id(), want.id);
  EXPECT_EQ(got.user_id(), want.user_id);
  EXPECT_EQ(got.status(), want.status);
  EXPECT_EQ(got.metadata(), want.metadata);
  EXPECT_THAT(got.permissions(), ElementsAreArray(want.permissions));
  EXPECT_EQ(got.created_at(), want.created_at);
  EXPECT_EQ(got.updated_at(), want.updated_at);
  EXPECT_EQ(got.expires_at(), want.expires_at);
  EXPECT_EQ(got.revision(), want.revision);
  EXPECT_EQ(got.created_revision(), want.created_revision);
  EXPECT_EQ(got.source(), want.source);
  EXPECT_EQ(got.held(), want.held);
}

// The largest record that validate.h lets through.
struct LargestRecord {
  std::string id = std::string(kMaxIdSize, 'p');
  std::string status;
  std::string metadata = absl::StrCat(R"({"a":")", std::string(kMaxMetadataSize - 8, 'x'), "\"}");
  std::vector<std::string> permissions;

  LargestRecord() {
    for (std::size_t i = 0; i < kMaxStatusCodePoints; ++i) status += "\xf0\x9f\x98\x80";
    for (std::size_t i = 0; i < kMaxPermissions; ++i) {
      const std::string team = absl::StrCat(std::string(kMaxIdSize - 2, 't'), 10 + i % 10);
      const std::string role = absl::StrCat(std::string(kMaxTeamRoleSize - 3, 'r'), 100 + i);
      permissions.push_back(absl::StrCat("write(\"team:", team, "/", role, "\")"));
    }
  }
  PresenceFields fields(const std::vector<std::string>& normalized) const {
    PresenceFields fields = SomeFields();
    fields.id = id;
    fields.status = status;
    fields.metadata = metadata;
    fields.permissions.assign(normalized.begin(), normalized.end());
    return fields;
  }
};

TEST(PresenceTest, KeepsItsFields) {
  const PresencePtr record = Presence::Make(SomeFields());
  ExpectEqual(*record, SomeFields());
  ExpectEqual(*Presence::Make(record->fields()), SomeFields());
  EXPECT_GT(record->size_bytes(), sizeof(Presence) + 2 + 2 + 9 + 16);
}

TEST(PresenceTest, KeepsAlmostNothing) {
  PresenceFields fields;
  fields.id = "p";
  const PresencePtr record = Presence::Make(fields);
  ExpectEqual(*record, fields);
  EXPECT_TRUE(record->permissions().empty());
  EXPECT_EQ(record->metadata(), "{}");
  ExpectEqual(*Presence::Decode(record->Encode()), fields);
}

// However they were given, and also after a way over the disk.
TEST(PresenceTest, DefaultPermissionsTakeNoRoom) {
  PresenceFields none = SomeFields();
  none.permissions.clear();
  const std::size_t smallest = Presence::Make(none)->size_bytes();
  PresenceFields asked = none;
  asked.default_permissions = true;
  const std::vector<std::string> texts = {R"(delete("user:u1"))", R"(read("user:u1"))",
                                          R"(update("user:u1"))"};
  EXPECT_EQ(*NormalizePermissions(texts), texts);
  PresenceFields spelled = none;
  spelled.permissions.assign(texts.begin(), texts.end());
  for (const PresenceFields& fields : {asked, spelled}) {
    const PresencePtr record = Presence::Make(fields);
    EXPECT_THAT(record->permissions(), ElementsAreArray(texts));
    EXPECT_EQ(record->size_bytes(), smallest);
    EXPECT_TRUE(record->SameContent(*Presence::Make(asked)));
    EXPECT_FALSE(record->SameContent(*Presence::Make(none)));
    for (const PresencePtr& copy :
         {Presence::Make(record->fields()), Presence::Decode(record->Encode())}) {
      EXPECT_THAT(copy->permissions(), ElementsAreArray(texts));
      EXPECT_TRUE(copy->SameContent(*record));
    }
  }
}

TEST(PresenceTest, ThreePermissionsThatOnlyLookLikeTheDefaultAreKept) {
  for (const std::vector<absl::string_view>& permissions :
       std::vector<std::vector<absl::string_view>>{
           {R"(delete("user:u2"))", R"(read("user:u2"))", R"(update("user:u2"))"},
           {R"(delete("user:u1"))", R"(read("any"))", R"(update("user:u1"))"},
           {R"(read("user:u1"))", R"(update("user:u1"))"},
           {}}) {
    PresenceFields fields = SomeFields();
    fields.permissions = permissions;
    EXPECT_THAT(Presence::Make(fields)->permissions(), ElementsAreArray(permissions));
  }
}

TEST(PresenceTest, DecodesNoDefaultPermissionsBesideOthers) {
  std::string bytes = Presence::Make(SomeFields())->Encode();
  bytes[2] = static_cast<char>(bytes[2] | 4);
  EXPECT_FALSE(Presence::Decode(bytes));
}

TEST(PresenceTest, HoldsTheLargestRecord) {
  const LargestRecord largest;
  const auto normalized = NormalizePermissions(largest.permissions);
  ASSERT_TRUE(normalized.ok()) << normalized.status();
  ASSERT_EQ(normalized->size(), 2 * kMaxPermissions);
  ASSERT_EQ(normalized->back().size(), kMaxPermissionSize);
  const PresenceFields fields = largest.fields(*normalized);
  const PresencePtr record = Presence::Make(fields);
  ExpectEqual(*record, fields);
  ExpectEqual(*Presence::Decode(record->Encode()), fields);
}

TEST(PresenceTest, AnyPermissionVisitsUntilTrue) {
  const PresencePtr record = Presence::Make(SomeFields());
  std::vector<std::string> seen;
  EXPECT_FALSE(record->AnyPermission([&](absl::string_view permission) {
    seen.emplace_back(permission);
    return false;
  }));
  EXPECT_THAT(seen, ElementsAre(R"(read("any"))", R"(update("team:t"))"));
  int visits = 0;
  EXPECT_TRUE(record->AnyPermission([&](absl::string_view) { return ++visits == 1; }));
  EXPECT_EQ(visits, 1);
}

TEST(PresenceTest, SameContentLooksAtContentOnly) {
  const PresencePtr record = Presence::Make(SomeFields());
  PresenceFields other = SomeFields();
  other.updated_at += milliseconds(1);
  other.expires_at += milliseconds(1);
  other.created_at += milliseconds(1);
  other.revision += 1;
  other.source = Source::kGrpc;
  other.held = false;
  EXPECT_TRUE(record->SameContent(*Presence::Make(other)));

  const auto differs = [&](auto change) {
    PresenceFields fields = SomeFields();
    change(fields);
    return !record->SameContent(*Presence::Make(fields));
  };
  EXPECT_TRUE(differs([](PresenceFields& f) { f.id = "p2"; }));
  EXPECT_TRUE(differs([](PresenceFields& f) { f.user_id = "u2"; }));
  EXPECT_TRUE(differs([](PresenceFields& f) { f.status = "away"; }));
  EXPECT_TRUE(differs([](PresenceFields& f) { f.metadata = "{}"; }));
  EXPECT_TRUE(differs([](PresenceFields& f) { f.permissions.pop_back(); }));
  // The same bytes, cut elsewhere.
  EXPECT_TRUE(differs([](PresenceFields& f) {
    f.id = "p1u";
    f.user_id = "1";
  }));
}

TEST(PresenceTest, StoredFormIsPinned) {
  PresenceFields fields = SomeFields();
  fields.status = "s";
  fields.metadata = "{}";
  fields.permissions = {"r"};
  fields.expires_at = TimePoint(milliseconds(-1));
  const std::string expected(
      "\x01\x02\x01\x02\x02\x01\x00\x02\x00\x02\x00\x00\x00"
      "\xe8\x03\x00\x00\x00\x00\x00\x00\xd0\x07\x00\x00\x00\x00\x00\x00"
      "\xff\xff\xff\xff\xff\xff\xff\xff\x08\x07\x06\x05\x04\x03\x02\x01"
      "\x07\x00\x00\x00\x00\x00\x00\x00"
      "p1u1s{}\x01r",
      13 + 5 * 8 + 9);
  EXPECT_EQ(Presence::Make(fields)->Encode(), expected);
  const PresencePtr decoded = Presence::Decode(expected);
  ASSERT_TRUE(decoded);
  ExpectEqual(*decoded, fields);
}

TEST(PresenceTest, DecodesNoTruncatedAndNoExtendedRecord) {
  const std::string bytes = Presence::Make(SomeFields())->Encode();
  ASSERT_TRUE(Presence::Decode(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Presence::Decode(absl::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(Presence::Decode(bytes + '\0'));
}

TEST(PresenceTest, DecodesNoWrongNumbers) {
  const std::string bytes = Presence::Make(SomeFields())->Encode();
  const auto decodes = [&](std::size_t at, char value) {
    std::string changed = bytes;
    changed[at] = value;
    return bool(Presence::Decode(changed));
  };
  EXPECT_FALSE(decodes(0, 0)) << "version 0";
  EXPECT_FALSE(decodes(0, 2)) << "a version to come";
  EXPECT_FALSE(decodes(1, 3)) << "unknown source";
  EXPECT_FALSE(decodes(2, 2)) << "bounded, but not held";
  EXPECT_FALSE(decodes(2, 4)) << "an unknown flag";
  EXPECT_FALSE(decodes(3, '\xff')) << "id beyond the end";
  EXPECT_FALSE(decodes(12, '\xff')) << "metadata beyond the end";
  EXPECT_FALSE(decodes(13 + 7, '\x7f')) << "created beyond the year 9999";
  EXPECT_FALSE(decodes(13 + 15, '\x80')) << "updated before the year 0";
  EXPECT_FALSE(decodes(13 + 23, '\x7f')) << "expires beyond the year 9999";
  EXPECT_FALSE(decodes(13 + 31, '\x80')) << "negative revision";
  EXPECT_FALSE(decodes(13 + 39, '\x80')) << "negative created revision";
}

TEST(PresenceTest, DecodesNoRecordWithoutId) {
  PresenceFields fields = SomeFields();
  fields.id = "";
  EXPECT_FALSE(Presence::Decode(Presence::Make(fields)->Encode()));
}

TEST(PresenceTest, DecodesEveryFlippedBitOrRefuses) {
  const std::string bytes = Presence::Make(SomeFields())->Encode();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    const PresencePtr record = Presence::Decode(changed);
    if (!record) continue;
    EXPECT_EQ(record->Encode(), changed);
    record->permissions();
  }
}

TEST(PresenceTest, LivesAsLongAsAnyPointer) {
  PresencePtr first = Presence::Make(SomeFields());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([copy = first] {
      for (int i = 0; i < 10'000; ++i) {
        const PresencePtr another = copy;
        ASSERT_EQ(another->id(), "p1");
      }
    });
  }
  first = nullptr;
  for (std::thread& thread : threads) thread.join();
}

TEST(PresenceTest, NamesItsSources) {
  EXPECT_EQ(SourceName(Source::kRest), "rest");
  EXPECT_EQ(SourceName(Source::kGrpc), "grpc");
  EXPECT_EQ(SourceName(Source::kRealtime), "realtime");
}

using PresenceDeathTest = ::testing::Test;

TEST(PresenceDeathTest, RefusesWhatItsCountersCannotHold) {
  const std::string text(70'000, 'x');
  PresenceFields fields = SomeFields();
  fields.status = text;
  EXPECT_DEATH(Presence::Make(fields), "check failed");
}

}  // namespace
}  // namespace presences
