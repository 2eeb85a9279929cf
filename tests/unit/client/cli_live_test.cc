// The live table without a terminal: keys in, a picture out.
#include "client/cli/live/keys.h"
#include "client/cli/live/live_picture.h"
#include "client/cli/live/live_table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client/fake_screen.h"

namespace presences::cli {
namespace {

using client::ChangeType;
using client::StreamEvent;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr TimePoint kWall{milliseconds(1'893'456'000'000)};
constexpr MonotonicTime kStart{seconds(1000)};

client::Presence Record(const std::string& id, const std::string& status = "online") {
  return {.id = id,
          .user_id = "u-" + id,
          .status = status,
          .updated_at = kWall,
          .expires_at = kWall + seconds(60)};
}

class LiveTest : public ::testing::Test {
 protected:
  void Apply(StreamEvent::Kind kind, std::vector<client::Change> changes = {}) {
    table_.Apply({.kind = kind, .changes = std::move(changes)}, now_, kWall);
  }
  void Change(ChangeType type, const client::Presence& presence,
              client::DeleteCause cause = client::DeleteCause::kNone) {
    Apply(StreamEvent::Kind::kChanges,
          {{.type = type, .delete_cause = cause, .presence = presence, .time = kWall}});
  }
  // Live with these records.
  void State(const std::vector<std::string>& ids) {
    Apply(StreamEvent::Kind::kReset);
    for (const std::string& id : ids) Change(ChangeType::kUpserted, Record(id));
    Apply(StreamEvent::Kind::kCurrent);
  }
  // What a terminal shows.
  std::vector<std::string> Screen(ScreenSize size = {}, bool colours = true) {
    table_.Tick(now_);
    FakeScreen screen(size);
    screen.Write(Encode(picture_.Draw(table_, size, now_, kWall), size, colours));
    EXPECT_EQ(screen.complaint, "");
    styles_ = screen.styles;
    return screen.lines;
  }

  LiveTable table_;
  LivePicture picture_{"h:1"};
  MonotonicTime now_ = kStart;
  std::string styles_;
};

TEST_F(LiveTest, SaysWhereItIsOnTheWayToTheState) {
  EXPECT_THAT(Screen()[0], StartsWith("connecting"));
  Apply(StreamEvent::Kind::kReset);
  Change(ChangeType::kUpserted, Record("a"));
  EXPECT_THAT(Screen()[0], StartsWith("loading  1 present"));
  Apply(StreamEvent::Kind::kCurrent);
  const auto lines = Screen();
  EXPECT_EQ(lines[0], "live  1 present  0 changes  h:1");
  EXPECT_EQ(lines[1], "online 1");
  EXPECT_THAT(lines[2], StartsWith("ID  USER  STATUS  EXPIRES"));
  EXPECT_THAT(lines[3], StartsWith("a   u-a   online  in 1m0s  0s ago"));
  EXPECT_EQ(lines.back(), "q quits");
}

TEST_F(LiveTest, MarksWhatIsNewForAWhile) {
  State({"a"});
  Screen();
  EXPECT_THAT(styles_, Not(HasSubstr("33m")));  // the first state is not news
  Change(ChangeType::kUpdated, Record("a", "away"));
  Change(ChangeType::kUpserted, Record("b"));
  Screen();
  EXPECT_THAT(styles_, AllOf(HasSubstr("33m"), HasSubstr("1;32m")));
  now_ += LiveTable::kMarked;
  Screen();
  EXPECT_THAT(styles_, Not(HasSubstr("33m")));
}

TEST_F(LiveTest, ShowsWhyARecordWent) {
  State({"a", "b", "c", "d", "e"});
  Change(ChangeType::kDeleted, Record("a"), client::DeleteCause::kCall);
  Change(ChangeType::kDeleted, Record("b"), client::DeleteCause::kConnection);
  Change(ChangeType::kExpired, Record("c"));
  Change(ChangeType::kRemoved, Record("d"));
  auto lines = Screen();
  EXPECT_THAT(lines[0], HasSubstr("  1 present  4 changes  lag 0 ms"));
  EXPECT_THAT(lines[3], HasSubstr("deleted"));
  EXPECT_THAT(lines[4], HasSubstr("left"));
  EXPECT_THAT(lines[5], HasSubstr("expired"));
  EXPECT_THAT(lines[6], HasSubstr("hidden"));
  EXPECT_THAT(styles_, HasSubstr("31m"));
  now_ += LiveTable::kMarked;
  lines = Screen();
  EXPECT_THAT(lines[3], StartsWith("e "));
  EXPECT_EQ(lines[4], "");
}

TEST_F(LiveTest, ARecordThatComesBackIsPresent) {
  State({"a"});
  Change(ChangeType::kExpired, Record("a"));
  Change(ChangeType::kUpserted, Record("a", "back"));
  now_ += LiveTable::kMarked;
  const auto lines = Screen();
  EXPECT_THAT(lines[0], HasSubstr("1 present"));
  EXPECT_EQ(lines[1], "back 1");
  EXPECT_THAT(lines[3], HasSubstr("back"));
}

TEST_F(LiveTest, AResetDropsWhatIsNotNamedAgain) {
  State({"a", "b"});
  now_ += seconds(1);
  Apply(StreamEvent::Kind::kReset);
  EXPECT_THAT(Screen()[0], HasSubstr("2 present"));  // nobody flickers
  Change(ChangeType::kUpserted, Record("b"));
  Apply(StreamEvent::Kind::kCurrent);
  const auto lines = Screen();
  EXPECT_THAT(lines[0], StartsWith("live  1 present"));
  EXPECT_THAT(lines[3], HasSubstr("unseen"));
  EXPECT_THAT(styles_, Not(HasSubstr("1;32m\x1b")));  // b was there before
}

TEST_F(LiveTest, ShowsTroubleAndItsEnd) {
  State({"a"});
  table_.Reconnecting(absl::UnavailableError("cut\x1b[2J off"), milliseconds(700), now_);
  now_ += milliseconds(200);
  EXPECT_THAT(Screen()[0], StartsWith("reconnecting in 500 ms: cut?[2J off  1 present"));
  now_ += seconds(1);
  EXPECT_THAT(Screen()[0], StartsWith("reconnecting: cut"));
  Apply(StreamEvent::Kind::kHeartbeat);
  EXPECT_THAT(Screen()[0], AllOf(StartsWith("live"), HasSubstr("1 reconnects")));
  now_ += seconds(40);
  EXPECT_THAT(Screen()[0], StartsWith("silent for 40s"));
}

TEST_F(LiveTest, ScrollsThroughMoreRowsThanFit) {
  State({"a", "b", "c", "d", "e"});
  const ScreenSize small{.width = 80, .height = 6};  // two rows
  auto lines = Screen(small);
  EXPECT_THAT(lines[3], StartsWith("a "));
  EXPECT_THAT(lines[5], StartsWith("rows 1-2 of 5"));
  EXPECT_TRUE(picture_.Press(Key::kPageDown));
  EXPECT_THAT(Screen(small)[3], StartsWith("c "));
  EXPECT_TRUE(picture_.Press(Key::kUp));
  EXPECT_THAT(Screen(small)[3], StartsWith("b "));
  EXPECT_TRUE(picture_.Press(Key::kEnd));
  EXPECT_THAT(Screen(small)[5], StartsWith("rows 4-5 of 5"));
  EXPECT_TRUE(picture_.Press(Key::kDown));  // there is nothing below
  EXPECT_THAT(Screen(small)[5], StartsWith("rows 4-5 of 5"));
  EXPECT_TRUE(picture_.Press(Key::kHome));
  EXPECT_TRUE(picture_.Press(Key::kUp));
  EXPECT_THAT(Screen(small)[5], StartsWith("rows 1-2 of 5"));
  EXPECT_FALSE(picture_.Press(Key::kQuit));
}

TEST_F(LiveTest, HostileTextStaysInItsCell) {
  State({});
  client::Presence bad = Record("evil",
                                "\x1b[2J\x1b]0;owned\x07\r\n\xC2\x9B"
                                "31m\xE2\x80\xAEgnp");
  bad.metadata = "{\"x\":\"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xFF\"}";
  bad.user_id = std::string(500, 'u');
  Change(ChangeType::kUpserted, bad);
  for (const std::size_t width : {1u, 7u, 20u, 40u, 79u, 80u, 200u}) {
    const auto lines = Screen({.width = width, .height = 7});  // the fake screen complains
    EXPECT_THAT(lines[4], IsEmpty());
  }
  EXPECT_THAT(Screen({.width = 200, .height = 7})[3],
              AllOf(HasSubstr("?[2J?]0;owned"), HasSubstr("u\xE2\x80\xA6  ")));
  Screen({.width = 1, .height = 1});
}

TEST_F(LiveTest, WithoutColoursMarksRemain) {
  State({"a"});
  Change(ChangeType::kUpserted, Record("b"));
  Screen({}, false);
  EXPECT_THAT(styles_, AllOf(HasSubstr("1m"), Not(HasSubstr("32m"))));
}

TEST(KeysTest, ReadsKeysInAnyCuts) {
  const std::string bytes = "j\x1b[A\x1b[6~x\x1bOFq";
  const std::vector<Key> expected = {Key::kDown, Key::kUp, Key::kPageDown, Key::kEnd, Key::kQuit};
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    KeyReader reader;
    std::vector<Key> keys = reader.Read(bytes.substr(0, cut));
    for (const Key key : reader.Read(bytes.substr(cut))) keys.push_back(key);
    EXPECT_EQ(keys, expected) << cut;
    EXPECT_FALSE(reader.pending());
  }
}

TEST(KeysTest, EscAloneIsAKey) {
  KeyReader reader;
  EXPECT_THAT(reader.Read("\x1b"), IsEmpty());
  ASSERT_TRUE(reader.pending());
  EXPECT_EQ(reader.TakeEscape(), Key::kQuit);
  EXPECT_FALSE(reader.pending());
  EXPECT_THAT(reader.Read("\x1b\x1b[A"), ElementsAre(Key::kQuit, Key::kUp));
}

TEST(TextWidthTest, KeepsOnlyWhatMayBeShown) {
  EXPECT_EQ(Printable("a\x1b[2Jb\n\x7f\xC2\x9Bz"), "a?[2Jb???z");
  EXPECT_EQ(Printable("\xC3\xA4 \xC2\xA9"), "\xC3\xA4 \xC2\xA9");
  EXPECT_EQ(Printable("\xE2\x80\xAE\xE2\x81\xA6x"), "??x");  // direction
  EXPECT_EQ(Printable("a\xE2\x80\x8D\xEF\xBB\xBF"
                      "b"),
            "ab");                                       // joiner, mark
  EXPECT_EQ(Printable("\xFF\xC3(\xE2\x82"), "?\?(?\?");  // no UTF-8
  EXPECT_EQ(Printable("\xED\xA0\x80"), "???");           // a surrogate
  EXPECT_EQ(Printable("\xC0\x80"), "??");                // too long a form
}

TEST(TextWidthTest, CountsColumns) {
  EXPECT_EQ(Width("abc"), 3u);
  EXPECT_EQ(Width("\xE6\xBC\xA2\xE5\xAD\x97"), 4u);  // wide
  EXPECT_EQ(Width("e\xCC\x81"), 1u);                 // a letter with a mark
  EXPECT_EQ(Width("\xF0\x9F\x98\x80"), 2u);          // an emoji
  EXPECT_EQ(Printable("e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81"),
            "e\xCC\x81\xCC\x81\xCC\x81");  // no towers
  EXPECT_EQ(Fitted("abcdef", 6), "abcdef");
  EXPECT_EQ(Fitted("abcdef", 4), "abc\xE2\x80\xA6");
  EXPECT_EQ(Fitted("\xE6\xBC\xA2\xE5\xAD\x97", 3), "\xE6\xBC\xA2\xE2\x80\xA6");
  EXPECT_EQ(Fitted("\xE6\xBC\xA2\xE5\xAD\x97", 2), "\xE2\x80\xA6");
  EXPECT_EQ(Fitted("ab", 0), "");
}

}  // namespace
}  // namespace presences::cli
