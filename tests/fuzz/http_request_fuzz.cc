// HTTP requests: how the bytes are cut into packets changes nothing, limits hold, and what is not
// understood is refused with a 4xx.

#include <cstring>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/base/check.h"
#include "server/base/reason.h"
#include "server/gateway/http/credentials.h"
#include "server/gateway/http/request_parser.h"
#include "tests/fuzz/fuzz.h"

namespace {

using presences::RowOf;
using presences::gateway::http::HttpRequest;
using presences::gateway::http::RequestParser;
using State = RequestParser::State;

constexpr std::size_t kBodyLimit = 300;
constexpr char kWaiting[] = "waits for the header";

std::string Describe(const HttpRequest& request) {
  PRESENCES_CHECK(request.body().size() <= kBodyLimit);
  std::string text = absl::StrCat(request.method(), " ", request.path(), "?", request.query());
  for (const auto& [name, value] : request.Headers())
    absl::StrAppend(&text, "\n", name, ": ", value);
  const auto shown = CredentialsOf(request, ProjectOf(request));
  absl::StrAppend(&text, "\n", shown.api_key.value_or("-"), shown.token.value_or("-"),
                  shown.session.value_or("-"));
  return absl::StrCat(text, "\n\n", request.body(), request.keep_alive());
}

std::string Refused(const absl::Status& status) {
  const int code = RowOf(status).http_status;
  PRESENCES_CHECK(code >= 400 && code < 500);
  return absl::StrCat("refused ", status.ToString());
}

// As a connection feeds its parser: `step` bytes at a time, from memory that ends where they do,
// so that a sanitizer sees a byte too far.
std::string Parse(absl::string_view bytes, std::size_t step) {
  RequestParser parser;
  std::string received;
  bool limited = false;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    received += std::string(bytes.substr(at, step));
    const std::unique_ptr<char[]> exact(new char[received.size()]);
    std::memcpy(exact.get(), received.data(), received.size());
    const absl::string_view view(exact.get(), received.size());
    State state = parser.Parse(view);
    if (state == State::kBody && !limited) {
      limited = true;
      if (!parser.LimitBody(kBodyLimit)) return Refused(parser.error());
      state = parser.Parse(view);
    }
    PRESENCES_CHECK(parser.consumed() <= view.size());
    if (state == State::kDone) return Describe(parser.request());
    if (state == State::kFailed) return Refused(parser.error());
    const RequestParser::Waste waste = parser.TakeWaste();
    received.erase(waste.first, waste.count);
  }
  return limited ? "waits for the body" : kWaiting;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view bytes = presences::fuzz::Text(data, size);
  if (bytes.size() > 5000) return 0;
  const std::string whole = Parse(bytes, bytes.size() + 1);
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
    const std::string cut = Parse(bytes, step);
    // What is refused may be waited for first; which of two faults is found first may differ.
    if (whole.rfind("refused", 0) == 0 && (cut == kWaiting || cut.rfind("refused", 0) == 0))
      continue;
    PRESENCES_CHECK(cut == whole);
  }
  return 0;
}
