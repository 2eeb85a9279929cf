// Log lines: whatever a key and a value hold, the line is one line, not too long, of valid UTF-8,
// without control characters, and says nothing of a token.
#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "server/base/log_record.h"
#include "server/base/utf8.h"
#include "tests/fuzz/fuzz.h"

namespace {

void CheckLine(absl::string_view line) {
  PRESENCES_CHECK(!line.empty() && line.back() == '\n' && line.size() <= presences::kMaxLogLine);
  line.remove_suffix(1);
  while (!line.empty()) {
    const std::size_t size = presences::Utf8SequenceSize(line);
    PRESENCES_CHECK(size > 0);
    PRESENCES_CHECK(size > 1 || (line[0] >= ' ' && line[0] != 0x7f));
    line.remove_prefix(size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace presences;  // NOLINT(google-build-using-namespace)
  const absl::string_view text = fuzz::Text(data, size);
  const std::string secret = std::string(text) + " eyJhbGciOiJub25lIn0.e30.c2VjcmV0";
  for (const LogFormat format : {LogFormat::kJson, LogFormat::kText}) {
    SetLogFormat(format);
    const std::string line =
        LogRecord(LogLevel::kInfo, text).Add(text, secret).Add("key", text).Text();
    CheckLine(line);
    PRESENCES_CHECK(!absl::StrContains(line, "c2VjcmV0"));
  }
  return 0;
}
