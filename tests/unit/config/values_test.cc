#include <cstdlib>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/ip_range.h"
#include "server/config/address.h"
#include "server/config/duration.h"
#include "server/config/environment.h"
#include "server/config/error_list.h"
#include "server/config/origin.h"
#include "tests/support/status_matchers.h"

namespace presences::config {
namespace {

using ::presences::testing::IsOk;
using std::chrono::milliseconds;

TEST(AddressTest, ReadsHostAndPort) {
  const struct {
    std::string text;
    Address expected;
  } good[] = {
      {"127.0.0.1:50051", {"127.0.0.1", 50'051}},       {"localhost:0", {"localhost", 0}},
      {"redis-0.redis:6379", {"redis-0.redis", 6379}},  {"[::1]:8080", {"::1", 8080}},
      {"[2001:db8::1]:65535", {"2001:db8::1", 65'535}},
  };
  for (const auto& c : good) {
    EXPECT_EQ(ParseAddress(c.text), c.expected) << c.text;
    EXPECT_EQ(c.expected.ToString(), c.text);
  }
  for (const char* text :
       {"",         ":",       ":80",         "host",        "host:",        "host:65536",
        "host:-1",  "host:+1", "host: 1",     "host:1 ",     "::1:80",       "[::1]",
        "[::1]80",  "[::1:80", "[]:80",       "[::1/64]:80", "[1.2.3.4]:80", "http://host:80",
        "ho st:80", "a/b:80",  "host:000080", "[:80"}) {
    EXPECT_EQ(ParseAddress(text), std::nullopt) << text;
  }
}

TEST(AddressTest, KnowsLoopback) {
  for (const char* host :
       {"localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE((Address{host, 1}).is_loopback()) << host;
  }
  for (const char* host :
       {"0.0.0.0", "::", "128.0.0.1", "localhost.example.com", "127.0.0.1.nip.io", "::2", ""}) {
    EXPECT_FALSE((Address{host, 1}).is_loopback()) << host;
  }
}

TEST(IpRangeTest, ContainsWhatSharesThePrefix) {
  const struct {
    std::string range;
    std::string printed;
    std::vector<std::string> inside;
    std::vector<std::string> outside;
  } cases[] = {
      {"10.0.0.0/8",
       "10.0.0.0/8",
       {"10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"},
       {"11.0.0.0", "9.255.255.255", "::a00:1", "", "x", "10.0.0.0/8"}},
      {"10.1.2.3/31", "10.1.2.2/31", {"10.1.2.2", "10.1.2.3"}, {"10.1.2.4", "10.1.2.1"}},
      {"192.0.2.1", "192.0.2.1/32", {"192.0.2.1"}, {"192.0.2.2"}},
      {"0.0.0.0/0", "0.0.0.0/0", {"1.2.3.4"}, {"::1", "2001:db8::1"}},
      {"::/0", "::/0", {"::1", "1.2.3.4"}, {"x"}},
      {"fd00::/8", "fd00::/8", {"fd00::1", "fdff::"}, {"fe00::1", "10.0.0.1"}},
      {"2001:db8::1/127", "2001:db8::/127", {"2001:db8::", "2001:db8::1"}, {"2001:db8::2"}},
      {"::1", "::1/128", {"::1"}, {"::2", "127.0.0.1"}},
  };
  for (const auto& c : cases) {
    const auto range = IpRange::Parse(c.range);
    ASSERT_TRUE(range) << c.range;
    EXPECT_EQ(range->ToString(), c.printed);
    EXPECT_EQ(IpRange::Parse(c.printed), range);
    for (const std::string& address : c.inside) EXPECT_TRUE(range->Contains(address)) << address;
    for (const std::string& address : c.outside) EXPECT_FALSE(range->Contains(address)) << address;
  }
  for (const char* text : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/08x",
                           "::/129", "::1/-1", "localhost", "10.0.0.0/8/8", " 10.0.0.1"}) {
    EXPECT_FALSE(IpRange::Parse(text)) << text;
  }
}

TEST(DurationTest, ReadsAndWritesUnits) {
  const struct {
    std::string text;
    milliseconds expected;
    std::string printed;
  } good[] = {
      {"250ms", milliseconds(250), "250ms"},
      {"90s", milliseconds(90'000), "90s"},
      {"5m", milliseconds(300'000), "5m"},
      {"1h", milliseconds(3'600'000), "1h"},
      {"0", milliseconds(0), "0s"},
      {"0ms", milliseconds(0), "0s"},
      {"60s", milliseconds(60'000), "1m"},
      {"1500ms", milliseconds(1500), "1500ms"},
      {"999999999h", milliseconds(3'599'999'996'400'000), "999999999h"},
  };
  for (const auto& c : good) {
    EXPECT_EQ(ParseDuration(c.text), c.expected) << c.text;
    EXPECT_EQ(FormatDuration(c.expected), c.printed);
    EXPECT_EQ(ParseDuration(c.printed), c.expected);
  }
  for (const char* text : {"", "s", "5", "-5s", "+5s", "1.5s", "5 s", " 5s", "5s ", "5S", "5sec",
                           "1m30s", "1d", "00", "1000000000h", "0x5s"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(EnvironmentTest, ReplacesNamesOnce) {
  ::setenv("PRESENCES_TEST_A", "va", 1);
  ::setenv("PRESENCES_TEST_NESTED", "${PRESENCES_TEST_A}", 1);
  ::setenv("PRESENCES_TEST_EMPTY", "", 1);
  ::unsetenv("PRESENCES_TEST_UNSET");
  const struct {
    std::string text;
    std::string expected;
  } good[] = {
      {"", ""},
      {"plain $ {} $x }", "plain $ {} $x }"},
      {"${PRESENCES_TEST_A}", "va"},
      {"<${PRESENCES_TEST_A}${PRESENCES_TEST_A}>", "<vava>"},
      {"${PRESENCES_TEST_NESTED}", "${PRESENCES_TEST_A}"},
      {"${PRESENCES_TEST_EMPTY}", ""},
      {"$${PRESENCES_TEST_UNSET}", "${PRESENCES_TEST_UNSET}"},
      {"$$${x}", "$${x}"},
  };
  for (const auto& c : good) {
    const auto result = ReplaceVariables(c.text);
    ASSERT_THAT(result, IsOk()) << c.text;
    EXPECT_EQ(*result, c.expected);
    EXPECT_EQ(*ReplaceVariables(EscapeVariables(c.text)), c.text);
  }
  for (const char* text : {"${", "${}", "${1}", "${a b}", "${a-b}", "x${PRESENCES_TEST_A",
                           "${PRESENCES_TEST_UNSET}", "${PRESENCES_TEST_A:-b}"}) {
    EXPECT_FALSE(ReplaceVariables(text).ok()) << text;
  }
}

TEST(ErrorListTest, NearestForgivesSlips) {
  const std::vector<std::string> words = {"address", "tls", "trusted_proxies"};
  EXPECT_EQ(Nearest("adress", words), "address");
  EXPECT_EQ(Nearest("tlss", words), "tls");
  EXPECT_EQ(Nearest("trustedproxy", words), "trusted_proxies");
  EXPECT_EQ(Nearest("drain_delay", words), "");
  EXPECT_EQ(Nearest("", words), "");
  EXPECT_EQ(Nearest(std::string(1000, 'a'), words), "");
}

TEST(OriginTest, HostsOnly) {
  for (const char* text : {"localhost", "app.example.com", "*.example.com", "*", "10.0.0.1",
                           "[::1]", "xn--mnchen-3ya.de"}) {
    EXPECT_EQ(*NormalizeOrigin(text), text);
  }
  EXPECT_EQ(*NormalizeOrigin("App.Example.COM"), "app.example.com");
  for (const char* text : {"", "*.", "**", "*.*.com", "a*.com", "http://a", "a:80", "a/b", ".a",
                           "a.", "a..b", "[::1]:80", "::1", "[1.2.3.4]", "a b"}) {
    EXPECT_FALSE(NormalizeOrigin(text).ok()) << text;
  }
}

}  // namespace
}  // namespace presences::config
