#include "proto/runtime/query_string.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace presences::transcode {
namespace {

// -1: not a hex digit.
int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Turns `queries[0]` into an element of `queries`.
void TakeIndex(Parameter* parameter) {
  std::string& name = parameter->name;
  const std::size_t open = name.find('[');
  if (open == 0 || open == std::string::npos || name.back() != ']') return;
  const bool is_index = std::all_of(name.begin() + static_cast<std::ptrdiff_t>(open) + 1,
                                    name.end() - 1, absl::ascii_isdigit);
  if (!is_index) return;
  name.resize(open);
  parameter->is_element = true;
}

}  // namespace

bool IsUtf8(absl::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

bool PercentDecode(absl::string_view text, bool plus_is_space, std::string* out) {
  out->clear();
  out->reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out->push_back(' ');
    } else if (text[i] != '%') {
      out->push_back(text[i]);
    } else {
      if (text.size() - i < 3) return false;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out->push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return IsUtf8(*out);
}

std::optional<Error> SplitQuery(absl::string_view query, std::vector<Parameter>* out) {
  for (const absl::string_view pair : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const absl::string_view raw_value = pair.substr(std::min(equals + 1, pair.size()));
    Parameter parameter;
    if (!PercentDecode(pair.substr(0, equals), true, &parameter.name)) {
      return Error{"", "has a parameter whose name is not percent-encoded UTF-8"};
    }
    TakeIndex(&parameter);
    if (!PercentDecode(raw_value, true, &parameter.value)) {
      return Error{parameter.name, "expects percent-encoded UTF-8"};
    }
    out->push_back(std::move(parameter));
  }
  return std::nullopt;
}

}  // namespace presences::transcode
