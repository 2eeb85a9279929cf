#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/config/duration.h"
#include "server/config/environment.h"
#include "server/config/yaml_reader.h"
#include "server/core/json.h"

namespace presences::config {
namespace {

bool IsInteger(absl::string_view text) {
  if (absl::StartsWith(text, "-")) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool HasControl(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), absl::ascii_iscntrl);
}

}  // namespace

YamlValue::YamlValue(YAML::Node node, std::string path, int line, ErrorList& errors)
    : node_(std::move(node)), path_(std::move(path)), line_(line), errors_(&errors) {}

bool YamlValue::IsScalar(absl::string_view expected) const {
  if (node_.IsScalar()) return true;
  Fail(node_.IsNull()
           ? absl::StrCat("is empty; give ", expected, " or remove the key")
           : absl::StrCat("must be ", expected, ", not a ", node_.IsMap() ? "map" : "list"));
  return false;
}

std::optional<std::string> YamlValue::AsString() const {
  if (!IsScalar("a string")) return std::nullopt;
  absl::StatusOr<std::string> text = ReplaceVariables(node_.Scalar());
  if (!text.ok()) {
    Fail(text.status().message());
    return std::nullopt;
  }
  if (!IsUtf8(*text) || HasControl(*text)) {
    Fail("must be one line of UTF-8 without control characters");
    return std::nullopt;
  }
  return *std::move(text);
}

std::optional<bool> YamlValue::AsBool() const {
  if (!IsScalar("true or false")) return std::nullopt;
  if (IsPlain() && node_.Scalar() == "true") return true;
  if (IsPlain() && node_.Scalar() == "false") return false;
  Fail("must be true or false, without quotes");
  return std::nullopt;
}

std::optional<std::int64_t> YamlValue::AsInteger(std::int64_t min, std::int64_t max) const {
  const std::string range = absl::StrCat("an integer from ", min, " to ", max);
  if (!IsScalar(range)) return std::nullopt;
  std::int64_t number = 0;
  if (IsPlain() && IsInteger(node_.Scalar()) && absl::SimpleAtoi(node_.Scalar(), &number) &&
      number >= min && number <= max) {
    return number;
  }
  Fail(absl::StrCat("must be ", range, ", without quotes, units or variables"));
  return std::nullopt;
}

std::optional<double> YamlValue::AsNumber(double min, double max) const {
  const std::string range = absl::StrCat("a number from ", min, " to ", max);
  if (!IsScalar(range)) return std::nullopt;
  double number = 0;
  if (IsPlain() && absl::SimpleAtod(node_.Scalar(), &number) && number >= min && number <= max) {
    return number;
  }
  Fail(absl::StrCat("must be ", range, ", without quotes, units or variables"));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> YamlValue::AsDuration(
    std::chrono::milliseconds min, std::chrono::milliseconds max) const {
  const std::string range = absl::StrCat("a duration from ", FormatDuration(min), " to ",
                                         FormatDuration(max), ", such as 250ms, 90s, 5m or 1h");
  if (!IsScalar(range)) return std::nullopt;
  const std::optional<std::string> text = AsString();
  if (!text) return std::nullopt;
  const std::optional<std::chrono::milliseconds> duration = ParseDuration(*text);
  if (duration && *duration >= min && *duration <= max) return duration;
  Fail(absl::StrCat("must be ", range));
  return std::nullopt;
}

std::vector<YamlValue> YamlValue::AsList() const {
  std::vector<YamlValue> elements;
  if (!node_.IsSequence()) {
    Fail(node_.IsNull() ? "is empty; give a list or remove the key"
                        : "must be a list, such as [a, b]");
    return elements;
  }
  for (std::size_t i = 0; i < node_.size(); ++i) {
    const YAML::Node element = node_[i];
    const int line = element.Mark().is_null() || element.IsNull() ? line_ : element.Mark().line + 1;
    elements.emplace_back(element, absl::StrCat(path_, "[", i, "]"), line, *errors_);
  }
  return elements;
}

}  // namespace presences::config
