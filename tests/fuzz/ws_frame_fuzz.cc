// WebSocket frames: the cuts in the byte stream change nothing, and no message is too large.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/json.h"
#include "server/gateway/ws/frame.h"
#include "tests/fuzz/fuzz.h"

namespace {

using presences::gateway::FrameParser;
using Kind = FrameParser::Event::Kind;

constexpr std::size_t kMaxMessage = 300;

std::vector<std::string> Parse(absl::string_view bytes, std::size_t step) {
  FrameParser parser(kMaxMessage);
  std::vector<std::string> events;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    parser.Feed(bytes.substr(at, step));
    while (const auto event = parser.Next()) {
      PRESENCES_CHECK(events.empty() || events.back()[0] != 'E');
      if (event->kind == Kind::kMessage) {
        PRESENCES_CHECK(event->payload.size() <= kMaxMessage);
        PRESENCES_CHECK(!event->text || presences::IsUtf8(event->payload));
      }
      events.push_back(absl::StrCat(event->kind == Kind::kError ? "E" : "e",
                                    static_cast<int>(event->kind), event->text, " ", event->code,
                                    " ", event->payload));
    }
    PRESENCES_CHECK(!parser.Next());
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view bytes = presences::fuzz::Text(data, size);
  const std::vector<std::string> whole = Parse(bytes, std::max<std::size_t>(size, 1));
  PRESENCES_CHECK(Parse(bytes, 1) == whole);
  PRESENCES_CHECK(Parse(bytes, 7) == whole);
  return 0;
}
