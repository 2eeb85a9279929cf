#include "proto/plugin/code.h"

#include "absl/strings/escaping.h"

namespace presences::plugin {

std::string Literal(absl::string_view text) {
  return absl::StrCat("\"", absl::CEscape(text), "\"");
}

}  // namespace presences::plugin
