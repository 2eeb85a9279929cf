#include "tests/unit/gateway/http_fixture.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace presences::testing {
namespace {

gateway::http::RequestHandler::Options HandlerOptions() {
  gateway::http::RequestHandler::Options options;
  options.pages["/"] = {"text/html; charset=utf-8", "<p>console</p>"};
  options.trusted_proxies = {*IpRange::Parse("10.0.0.0/8")};
  options.websocket = true;
  return options;
}

}  // namespace

HttpFixture::HttpFixture(std::unique_ptr<store::Log> log)
    : stack(clock, metrics, std::move(log)),
      handler(HandlerOptions(), {stack.presences(), stack.realtime(), stack.authenticator(),
                                 stack.origins(), clock, metrics}) {}

std::string HttpFixture::Request(absl::string_view row) const {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(row, absl::MaxSplits("\\n\\n", 1));
  const std::vector<absl::string_view> lines = absl::StrSplit(parts.first, "\\n");
  std::string text = absl::StrCat(lines[0], " HTTP/1.1\r\n");
  std::string project = "demo";
  for (std::size_t i = 1; i < lines.size(); ++i) {
    absl::string_view value = lines[i];
    if (absl::ConsumePrefix(&value, "as: ")) {
      const bool is_key = value == "server" || value == "reader" || value == "expired" ||
                          value == "closed" || value == "stranger";
      absl::StrAppend(
          &text, is_key ? absl::StrCat("X-Appwrite-Key: standard_", value)
                        : absl::StrCat("X-Appwrite-JWT: ", stack.TokenFor(std::string(value))));
    } else if (absl::ConsumePrefix(&value, "project: ")) {
      project = std::string(value);
      continue;
    } else if (absl::ConsumePrefix(&value, "session: ")) {
      absl::StrAppend(&text, "X-Appwrite-Session: ", stack.TokenFor(std::string(value)));
    } else {
      absl::StrAppend(&text, lines[i]);
    }
    absl::StrAppend(&text, "\r\n");
  }
  if (project != "-") absl::StrAppend(&text, "X-Appwrite-Project: ", project, "\r\n");
  if (!parts.second.empty())
    absl::StrAppend(&text, "Content-Length: ", parts.second.size(), "\r\n");
  absl::StrAppend(&text, "\r\n", parts.second);
  return text;
}

std::string HeaderOf(const std::string& answer, const std::string& name) {
  const std::string head = answer.substr(0, answer.find("\r\n\r\n"));
  for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (absl::EqualsIgnoreCase(field.first, name)) return std::string(field.second);
  }
  return "";
}

std::string BodyOf(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

}  // namespace presences::testing
