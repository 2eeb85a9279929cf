#include "server/gateway/ws/url_subscriptions.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "server/gateway/ws/handshake.h"

namespace presences::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// One text a slot: "channel,channel: query,query".
std::vector<std::string> Slots(const std::string& query) {
  std::vector<std::string> texts;
  for (const auto& item : ParseUrlSubscriptions(QueryParameters("/?" + query)).message.items) {
    EXPECT_EQ(item.id, "") << "the server makes one";
    texts.push_back(
        absl::StrCat(absl::StrJoin(item.channels, ","), ": ", absl::StrJoin(item.queries, ",")));
  }
  return texts;
}

TEST(UrlSubscriptions, WithoutQueriesShareSlotZero) {
  EXPECT_THAT(Slots("channels[]=presences&channels[]=presences.p"),
              ElementsAre("presences,presences.p: "));
  EXPECT_THAT(Slots("channels%5B0%5D=a&channels[1]=b"), ElementsAre("a,b: "));
  EXPECT_THAT(ParseUrlSubscriptions(QueryParameters("/?channels[]=b&channels[]=a")).channels,
              ElementsAre("b", "a"));
}

TEST(UrlSubscriptions, NoChannelsIsMessageMode) {
  EXPECT_THAT(Slots("project=demo"), IsEmpty());
  EXPECT_THAT(Slots("presences[0][]=q"), IsEmpty()) << "queries of no channel";
}

TEST(UrlSubscriptions, QueriesPutAChannelIntoTheirSlot) {
  EXPECT_THAT(Slots("channels[]=presences&presences[1][]=q1&presences[1][]=q2"),
              ElementsAre("presences: q1,q2"));
  EXPECT_THAT(Slots("channels[]=presences&channels[]=other&presences[2][0]=q"),
              ElementsAre("other: ", "presences: q"));
  EXPECT_THAT(Slots("channels[]=a&a[1][]=y&a[0][]=x"), ElementsAre("a: x", "a: y"));
}

TEST(UrlSubscriptions, DotsOfAChannelAreUnderscores) {
  EXPECT_THAT(Slots("channels[]=presences.p.update&presences_p_update[0][]=q"),
              ElementsAre("presences.p.update: q"));
}

TEST(UrlSubscriptions, TheFirstQueriesOfASlotCount) {
  EXPECT_THAT(Slots("channels[]=a&channels[]=b&a[0][]=first&b[0][]=second"),
              ElementsAre("a,b: first"));
  EXPECT_THAT(Slots("channels[]=a&channels[]=b&b[0][]=q"), ElementsAre("a,b: q"));
}

TEST(UrlSubscriptions, WhatIsNoSlotIsNoQuery) {
  for (const char* key : {"project", "a", "a[", "a[x][]", "a[-1][]", "a[100][]", "ab[0][]"}) {
    EXPECT_THAT(Slots(absl::StrCat("channels[]=a&", key, "=q")), ElementsAre("a: ")) << key;
  }
}

}  // namespace
}  // namespace presences::gateway
