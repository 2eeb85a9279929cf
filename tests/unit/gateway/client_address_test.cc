#include "server/gateway/http/client_address.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "server/gateway/http/request_parser.h"
#include "tests/support/paths.h"
#include "tests/support/table.h"

namespace presences::gateway::http {
namespace {

// "peer" or "tls:peer", then headers, apart by "; ".
absl::StatusOr<std::string> Judge(absl::string_view row) {
  static const ClientAddress addresses(
      {*IpRange::Parse("10.0.0.0/8"), *IpRange::Parse("fd00::/8")});
  const std::vector<std::string> parts = absl::StrSplit(row, "; ");
  Peer peer{parts[0], false};
  if (peer.address.rfind("tls:", 0) == 0) peer = {peer.address.substr(4), true};
  std::string text = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 1; i < parts.size(); ++i) absl::StrAppend(&text, parts[i], "\r\n");
  absl::StrAppend(&text, "\r\n");
  RequestParser parser;
  EXPECT_EQ(parser.Parse(text), RequestParser::State::kDone);
  return absl::StrCat(addresses.Of(parser.request(), peer),
                      addresses.IsSecure(parser.request(), peer) ? " secure" : "");
}

TEST(ClientAddressTest, ReadsTheTable) {
  testing::CheckTable(PRESENCES_TESTDATA "/http/client_addresses.txt", Judge);
}

TEST(ClientAddressTest, WithoutTrustedProxiesNothingForwardedCounts) {
  const ClientAddress addresses({});
  const std::string text =
      "GET / HTTP/1.1\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n\r\n";
  RequestParser parser;
  ASSERT_EQ(parser.Parse(text), RequestParser::State::kDone);
  EXPECT_EQ(addresses.Of(parser.request(), {"127.0.0.1", false}), "127.0.0.1");
  EXPECT_FALSE(addresses.IsSecure(parser.request(), {"127.0.0.1", false}));
}

}  // namespace
}  // namespace presences::gateway::http
