// Resuming by token, on the same hub, on a replica, and after a restart.
#include "absl/strings/str_cat.h"
#include "server/hub/resume_token.h"
#include "tests/unit/hub/hub_fixture.h"

namespace presences::hub {
namespace {

using presences::testing::HasReason;
using presences::testing::IsOk;
using ::testing::ElementsAre;

class ResumeTest : public HubTest {
 protected:
  ResumeTest() { StartHub({.ring = {.changes = 8}}); }

  // The token of a fresh stream, with another revision.
  std::string TokenAt(Revision revision, const WatchSpec& spec = {}) {
    const Watcher watcher = Watch(spec);
    EXPECT_TRUE(watcher.sink->AwaitText("current"));
    watcher.session->Close();
    auto token = ResumeToken::Decode(watcher.sink->last_token());
    EXPECT_TRUE(token.has_value());
    token->revision = revision;
    return token->Encode();
  }
  std::vector<std::string> StoryOf(const Watcher& watcher) {
    EXPECT_TRUE(watcher.sink->AwaitText("current"));
    return watcher.story();
  }
};

TEST_F(ResumeTest, AtTheHeadThereIsNothingToTell) {
  project_.Put("a");
  EXPECT_THAT(StoryOf(Resume({}, TokenAt(1))), ElementsAre("current"));
}

TEST_F(ResumeTest, TellsExactlyTheChangesAfterTheToken) {
  for (const char* status : {"1", "2", "3", "4"}) project_.Put("a", status);
  project_.Delete("a");
  const Watcher watcher = Resume({}, TokenAt(3));
  EXPECT_THAT(StoryOf(watcher), ElementsAre("UPSERTED a@4 4", "DELETED a@5 4", "current"));
  project_.Put("a", "6");
  EXPECT_TRUE(watcher.sink->AwaitText("UPSERTED a@6 6"));
}

TEST_F(ResumeTest, AtTheFloorNothingIsMissing) {
  project_.Churn(10);  // the ring holds 3-10, so its floor is 2
  const auto story = StoryOf(Resume({}, TokenAt(2)));
  EXPECT_EQ(story.size(), 9u);
  EXPECT_EQ(story.front(), "UPSERTED churn@3 2");
  EXPECT_EQ(Resets("resume_too_old"), 0);
}

TEST_F(ResumeTest, BelowTheFloorTheStateComesAgain) {
  project_.Churn(10);
  EXPECT_THAT(StoryOf(Resume({}, TokenAt(1))),
              ElementsAre("reset", "UPSERTED churn@10 9", "current"));
  EXPECT_EQ(Resets("resume_too_old"), 1);
}

TEST_F(ResumeTest, ARevisionOfTheFutureIsRefused) {
  project_.Put("a");
  const auto watcher = TryWatch({.resume_token = TokenAt(2)});
  EXPECT_THAT(watcher, HasReason(Reason::kGeneralArgumentInvalid, "resumeToken"));
  EXPECT_THAT(watcher, HasReason(Reason::kGeneralArgumentInvalid, "does not exist yet"));
  EXPECT_THAT(watcher, HasReason(Reason::kGeneralArgumentInvalid, "without a token"));
}

TEST_F(ResumeTest, ADamagedTokenIsRefused) {
  std::string token = TokenAt(0);
  token[20] = token[20] == 'A' ? 'B' : 'A';
  for (const std::string& bad : {token, std::string("hello"), std::string(50, 'A')}) {
    const auto watcher = TryWatch({.resume_token = bad});
    EXPECT_THAT(watcher, HasReason(Reason::kGeneralArgumentInvalid, "resumeToken"));
    EXPECT_THAT(watcher, HasReason(Reason::kGeneralArgumentInvalid, "unchanged"));
    EXPECT_THAT(watcher, HasReason(Reason::kGeneralArgumentInvalid, "without a token"));
  }
  EXPECT_EQ(hub_->session_count(), 0u);
}

TEST_F(ResumeTest, ATokenOfAnotherRequestIsRefused) {
  const std::string token = TokenAt(0);
  const std::string query = R"({"method":"equal","attribute":"status","values":["online"]})";
  for (WatchSpec spec : {WatchSpec{.channels = {"presences.a"}}, WatchSpec{.queries = {query}},
                         WatchSpec{.skip_unchanged = true}}) {
    spec.resume_token = token;
    const auto watcher = TryWatch(spec);
    EXPECT_THAT(watcher, HasReason(Reason::kGeneralArgumentInvalid, "resumeToken"));
    EXPECT_THAT(watcher, HasReason(Reason::kGeneralArgumentInvalid, "same request"));
  }
}

TEST_F(ResumeTest, AnotherProjectIsAnotherRequest) {
  const Viewer viewer = ViewerOf({});
  EXPECT_NE(viewer.RequestFingerprint("demo"), viewer.RequestFingerprint("other"));
  // The same text, cut elsewhere.
  EXPECT_NE(ViewerOf({.channels = {"presences.a", "presences.b"}}).RequestFingerprint("demo"),
            ViewerOf({.channels = {"presences.a"}}).RequestFingerprint("demo"));
}

TEST_F(ResumeTest, OrderOfChannelsAndOtherWireOptionsDoNotMatter) {
  const std::string token = TokenAt(0, {.channels = {"presences.a", "presences.b"}});
  EXPECT_THAT(StoryOf(Resume({.channels = {"presences.b", "presences.a", "presences.b"},
                              .max_batch = 3,
                              .snapshot = false},
                             token)),
              ElementsAre("current"));
}

TEST_F(ResumeTest, ATokenOfOtherRolesLeadsToTheStateThatTheseRolesSee) {
  project_.Put("a", "online", {.read = {"user:u2"}});
  project_.Put("b");
  const std::string of_u2 = TokenAt(0, {.caller = User("u2")});
  EXPECT_THAT(StoryOf(Resume({.caller = User("u3")}, of_u2)),
              ElementsAre("reset", "UPSERTED b@2 online", "current"));
  EXPECT_THAT(StoryOf(Resume({.caller = Guest()}, of_u2)),
              ElementsAre("reset", "UPSERTED b@2 online", "current"));
  Caller promoted = User("u2");
  promoted.roles = UserRoles({.user_id = "u2", .teams = {{.team = "t1"}}});
  EXPECT_THAT(StoryOf(Resume({.caller = promoted}, of_u2)),
              ElementsAre("reset", "UPSERTED a@1 online", "UPSERTED b@2 online", "current"));
  EXPECT_EQ(Resets("viewer"), 3);
}

TEST_F(ResumeTest, ATokenGrantsNothingThatWasTakenAwayMeanwhile) {
  project_.Put("a");
  const std::string token = TokenAt(1, {.caller = Guest()});
  project_.SetRead("a", {"users"});
  project_.SetStatus("a", "secret");
  EXPECT_THAT(StoryOf(Resume({.caller = Guest()}, token)),
              ElementsAre("REMOVED a@2 online", "current"));
}

TEST_F(ResumeTest, AnotherEpochLeadsToResetAlsoWhenRevisionsWentBack) {
  for (int i = 0; i < 3; ++i) project_.Put("a", absl::StrCat(i));
  const std::string token = TokenAt(3);
  const auto decoded = ResumeToken::Decode(token);
  StartHub({}, /*epoch=*/2);
  EXPECT_THAT(StoryOf(Resume({}, token)), ElementsAre("reset", "UPSERTED a@3 2", "current"));
  ResumeToken future = *decoded;
  future.revision = 1000;  // what was lost
  EXPECT_THAT(StoryOf(Resume({.snapshot = false}, future.Encode())),
              ElementsAre("reset", "UPSERTED a@3 2", "current"));
  EXPECT_EQ(Resets("epoch"), 2);
}

// A restart with the same epoch: nothing was lost, but the ring begins at the head.
TEST_F(ResumeTest, ARestartWithoutLossResumesAtTheHeadOnly) {
  project_.Put("a");
  project_.Put("b");
  const std::string behind = TokenAt(1);
  const std::string at_head = TokenAt(2);
  StartHub({});
  EXPECT_THAT(StoryOf(Resume({}, at_head)), ElementsAre("current"));
  EXPECT_EQ(StoryOf(Resume({}, behind)).front(), "reset");
}

TEST_F(ResumeTest, EveryFrameOfAStreamCarriesATokenThatLeadsOn) {
  const Watcher watcher = Watch({.max_batch = 2});
  EXPECT_TRUE(watcher.sink->AwaitText("current"));
  project_.WriteAll({project_.UpsertOf("a", "1"), project_.UpsertOf("a", "2"),
                     project_.UpsertOf("a", "3"), project_.UpsertOf("a", "4")});
  EXPECT_TRUE(watcher.sink->AwaitText("UPSERTED a@4 4"));
  const auto frames = watcher.sink->frames();
  ASSERT_EQ(frames.size(), 4u);  // reset, current, two of changes
  EXPECT_THAT(StoryOf(Resume({}, frames[2].token)),
              ElementsAre("UPSERTED a@3 3", "UPSERTED a@4 4", "current"));
}

}  // namespace
}  // namespace presences::hub
