// ResponseHead: what stands before the body of an answer.
//
// Threads: any (pure functions).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/base/clock.h"

namespace presences::gateway::http {

struct ResponseHead {
  int status = 200;
  absl::string_view content_type;             // empty: no body
  std::optional<std::size_t> content_length;  // absent: chunked, or until the connection ends
  bool http11 = true;
  bool keep_alive = true;
  bool secure = false;             // over HTTPS: Strict-Transport-Security
  bool no_store = false;           // errors and streams are nobody's to keep
  absl::string_view allow_origin;  // empty: none
  absl::string_view request_id;    // empty: none
  std::vector<std::pair<std::string, std::string>> headers;
};

// Appends status line, headers and the empty line.
void AppendHead(const ResponseHead& head, TimePoint now, std::string* out);

}  // namespace presences::gateway::http
