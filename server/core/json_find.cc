#include <optional>
#include <string>

#include "absl/strings/charconv.h"
#include "server/core/json.h"
#include "server/core/json_string.h"

namespace presences {
namespace {

// The size of the value that begins compact `text`, up to the comma or bracket behind it.
std::size_t ValueSize(absl::string_view text) {
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '"': {
        const std::size_t size = JsonStringSize(text.substr(at));
        if (size == 0) return text.size();
        at += size - 1;
        break;
      }
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (depth == 0) return at;
        --depth;
        break;
      case ',':
        if (depth == 0) return at;
        break;
      default:
        break;
    }
  }
  return text.size();
}

bool KeyIs(absl::string_view quoted, absl::string_view key) {
  if (quoted.find('\\') == absl::string_view::npos) return quoted == key;
  std::string decoded;
  DecodeJsonString(quoted, &decoded);
  return key == decoded;
}

// The text of the last member named `key` of the object `text`.
std::optional<absl::string_view> FindMember(absl::string_view text, absl::string_view key) {
  std::optional<absl::string_view> found;
  if (text.empty() || text[0] != '{') return found;
  text.remove_prefix(1);
  while (!text.empty() && text[0] == '"') {
    const std::size_t key_size = JsonStringSize(text);
    if (key_size == 0 || key_size >= text.size()) return found;
    const absl::string_view quoted = text.substr(1, key_size - 2);
    text.remove_prefix(key_size + 1);  // and the colon
    const std::size_t size = ValueSize(text);
    if (KeyIs(quoted, key)) found = text.substr(0, size);
    text.remove_prefix(size);
    if (!text.empty()) text.remove_prefix(1);  // the comma or the closing bracket
  }
  return found;
}

JsonScalar Scalar(absl::string_view text) {
  JsonScalar scalar;
  scalar.kind = JsonScalar::Kind::kOther;
  if (text.size() >= 2 && text[0] == '"') {
    scalar.kind = JsonScalar::Kind::kString;
    DecodeJsonString(text.substr(1, text.size() - 2), &scalar.text);
    return scalar;
  }
  scalar.text = std::string(text);
  if (text == "null") {
    scalar.kind = JsonScalar::Kind::kNull;
  } else if (text == "true" || text == "false") {
    scalar.kind = JsonScalar::Kind::kBool;
    scalar.boolean = text == "true";
  } else if (!text.empty() && text[0] != '{' && text[0] != '[') {
    scalar.kind = JsonScalar::Kind::kNumber;
    absl::from_chars(text.data(), text.data() + text.size(), scalar.number);
  }
  return scalar;
}

}  // namespace

std::optional<JsonScalar> FindInMetadata(absl::string_view metadata, absl::string_view path) {
  std::optional<absl::string_view> value = metadata;
  while (true) {
    const std::size_t dot = path.find('.');
    value = FindMember(*value, path.substr(0, dot));
    if (!value) return std::nullopt;
    if (dot == absl::string_view::npos) return Scalar(*value);
    path.remove_prefix(dot + 1);
  }
}

}  // namespace presences
