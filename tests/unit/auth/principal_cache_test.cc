#include "server/auth/principal_cache.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace presences::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kNow{seconds(1'900'000'000)};

CredentialDigest Key(int number, std::uint32_t project = 0,
                     CredentialKind kind = CredentialKind::kToken) {
  return {DigestOf(absl::StrCat("credential ", number)), project, kind};
}

PrincipalPtr Somebody(std::optional<TimePoint> expires_at = std::nullopt) {
  auto principal = std::make_shared<Principal>();
  principal->expires_at = expires_at;
  return principal;
}

TEST(PrincipalCacheTest, RemembersTheVeryPrincipal) {
  PrincipalCache cache(1000);
  const PrincipalPtr principal = Somebody();
  EXPECT_EQ(cache.Find(Key(1), kNow), nullptr);
  cache.Insert(Key(1), principal, 0);
  EXPECT_EQ(cache.Find(Key(1), kNow), principal);
}

TEST(PrincipalCacheTest, ProjectAndKindAreParts) {
  PrincipalCache cache(1000);
  cache.Insert(Key(1, 0, CredentialKind::kToken), Somebody(), 0);
  EXPECT_EQ(cache.Find(Key(1, 1, CredentialKind::kToken), kNow), nullptr);
  EXPECT_EQ(cache.Find(Key(1, 0, CredentialKind::kApiKey), kNow), nullptr);
  EXPECT_EQ(cache.Find(Key(1, 0, CredentialKind::kSession), kNow), nullptr);
}

TEST(PrincipalCacheTest, NeverAnswersOneThatExpired) {
  PrincipalCache cache(1000);
  cache.Insert(Key(1), Somebody(kNow), 0);
  EXPECT_NE(cache.Find(Key(1), kNow - milliseconds(1)), nullptr);
  EXPECT_EQ(cache.Find(Key(1), kNow), nullptr);
}

TEST(PrincipalCacheTest, StaysBoundedAndKeepsWhatIsUsed) {
  constexpr std::size_t kCapacity = 1600;
  PrincipalCache cache(kCapacity);
  cache.Insert(Key(0), Somebody(), 0);
  for (int i = 1; i < 20'000; ++i) {
    cache.Insert(Key(i), Somebody(), 0);
    ASSERT_NE(cache.Find(Key(0), kNow), nullptr) << "after " << i << " others";
    ASSERT_LE(cache.size(), kCapacity);
  }
  EXPECT_EQ(cache.Find(Key(1), kNow), nullptr);
  EXPECT_NE(cache.Find(Key(19'999), kNow), nullptr);
}

TEST(PrincipalCacheTest, DropsInsertsOfRulesThatWereReplaced) {
  PrincipalCache cache(1000);
  cache.Insert(Key(1), Somebody(), 0);
  cache.Clear(1);
  EXPECT_EQ(cache.size(), 0u);
  cache.Insert(Key(1), Somebody(), 0);  // verified before the reload, arrives after it
  EXPECT_EQ(cache.Find(Key(1), kNow), nullptr);
  cache.Insert(Key(1), Somebody(), 1);
  EXPECT_NE(cache.Find(Key(1), kNow), nullptr);
}

}  // namespace
}  // namespace presences::auth
