#include "server/fetch/url.h"

#include "gmock/gmock.h"

namespace presences::fetch {
namespace {

struct Good {
  const char* text;
  bool tls;
  const char* host;
  const char* port;
  const char* target;
  const char* host_header;
};

TEST(UrlTest, TakesApart) {
  for (const Good& good : std::initializer_list<Good>{
           {"https://idp.example.com/keys", true, "idp.example.com", "443", "/keys",
            "idp.example.com"},
           {"HTTP://idp", false, "idp", "80", "/", "idp"},
           {"http://idp:80/", false, "idp", "80", "/", "idp"},
           {"http://idp:443/a/b?c=/d", false, "idp", "443", "/a/b?c=/d", "idp:443"},
           {"https://idp?x=1", true, "idp", "443", "/?x=1", "idp"},
           {"https://idp/k#fragment", true, "idp", "443", "/k", "idp"},
           {"https://[::1]:8443/k", true, "::1", "8443", "/k", "[::1]:8443"},
           {"https://[::1]", true, "::1", "443", "/", "[::1]"},
       }) {
    const auto url = ParseUrl(good.text);
    ASSERT_TRUE(url.ok()) << good.text << ": " << url.status();
    EXPECT_EQ(url->tls, good.tls) << good.text;
    EXPECT_EQ(url->host, good.host) << good.text;
    EXPECT_EQ(url->port, good.port) << good.text;
    EXPECT_EQ(url->target, good.target) << good.text;
    EXPECT_EQ(HostHeader(*url), good.host_header) << good.text;
  }
}

TEST(UrlTest, RefusesWhatCannotBeFetched) {
  for (const char* text :
       {"", "idp.example.com/keys", "ftp://idp/keys", "file:///etc/passwd", "https://",
        "https:///k", "https://:443/k", "https://user@idp/k", "https://user:secret@idp/k",
        "https://idp:/k", "https://idp:0/k", "https://idp:65536/k", "https://idp:+80/k",
        "https://idp:8o/k", "https://[::1/k", "https://[::1]x/k", "https://[]/k", "https://idp/a b",
        "https://idp/a\r\nX-Injected: 1"}) {
    const auto url = ParseUrl(text);
    EXPECT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace presences::fetch
