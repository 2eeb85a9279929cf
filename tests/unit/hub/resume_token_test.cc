#include "server/hub/resume_token.h"

#include "gmock/gmock.h"

namespace presences::hub {
namespace {

const ResumeToken kToken{0x1122334455667788u, 4'294'967'301, 0xa1a2a3a4a5a6a7a8u,
                         0xfffefdfcfbfaf9f8u};

TEST(ResumeTokenTest, ComesBackAsItWasEncoded) {
  const auto decoded = ResumeToken::Decode(kToken.Encode());
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->epoch, kToken.epoch);
  EXPECT_EQ(decoded->revision, kToken.revision);
  EXPECT_EQ(decoded->request, kToken.request);
  EXPECT_EQ(decoded->viewer, kToken.viewer);
}

// It travels in URLs and as Last-Event-ID.
TEST(ResumeTokenTest, NeedsNoEscaping) {
  EXPECT_EQ(kToken.Encode().size(), 50u);
  EXPECT_THAT(kToken.Encode(), ::testing::MatchesRegex("[A-Za-z0-9_-]+"));
}

TEST(ResumeTokenTest, AnyChangedCharacterIsNoticed) {
  const std::string good = kToken.Encode();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    // Differs in the upper bits: the lowest of the last character carry nothing.
    bad[i] = bad[i] == 'A' ? 'w' : 'A';
    EXPECT_FALSE(ResumeToken::Decode(bad).has_value()) << i;
  }
}

TEST(ResumeTokenTest, RefusesWhatIsNoToken) {
  const std::string good = kToken.Encode();
  for (const std::string& bad :
       {std::string(), std::string("A"), std::string("not a token!"), good.substr(1),
        good.substr(0, 49), good + "A", good + good, std::string(50, 'A'),
        std::string(1'000'000, 'A'), good + std::string(1, '\0')}) {
    EXPECT_FALSE(ResumeToken::Decode(bad).has_value()) << bad.substr(0, 100);
  }
}

}  // namespace
}  // namespace presences::hub
