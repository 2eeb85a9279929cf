#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/config/yaml_reader.h"

namespace presences::config {
namespace {

constexpr std::size_t kShownName = 40;

}  // namespace

YamlMap::YamlMap(const YamlValue& value) : value_(value) {
  const YAML::Node& node = value.node();
  if (!node.IsMap()) {
    value.Fail(node.IsNull() ? "is empty; give a map or remove the key"
                             : "must be a map of names and values");
    return;
  }
  for (const auto& member : node) {
    // A value's own mark is useless when it is empty or an alias, so its name's line is its line.
    const int line = member.first.Mark().line + 1;
    if (!member.first.IsScalar()) {
      value.errors().Add(line, value.path(), "every name must be a plain word");
      continue;
    }
    const std::string& name = member.first.Scalar();
    const bool known = std::any_of(members_.begin(), members_.end(),
                                   [&](const auto& other) { return other.first == name; });
    if (known) {
      value.errors().Add(line, PathOf(name.substr(0, kShownName)), "is given twice; remove one");
      continue;
    }
    members_.emplace_back(
        name, YamlValue(member.second, PathOf(name.substr(0, kShownName)), line, value.errors()));
  }
}

std::string YamlMap::PathOf(const std::string& name) const {
  return value_.path().empty() ? name : absl::StrCat(value_.path(), ".", name);
}

std::optional<YamlValue> YamlMap::Find(const std::string& name) {
  if (std::find(known_.begin(), known_.end(), name) == known_.end()) known_.push_back(name);
  for (const auto& [given, value] : members_) {
    if (given == name) return value;
  }
  return std::nullopt;
}

std::optional<YamlValue> YamlMap::Require(const std::string& name, absl::string_view fix) {
  std::optional<YamlValue> value = Find(name);
  if (!value && value_.node().IsMap()) {
    value_.errors().Add(value_.line(), PathOf(name), absl::StrCat("is required; ", fix));
  }
  return value;
}

void YamlMap::ReadString(const std::string& name, std::string& out) {
  const std::optional<YamlValue> value = Find(name);
  if (!value) return;
  if (std::optional<std::string> text = value->AsString()) out = *std::move(text);
}

void YamlMap::ReadBool(const std::string& name, bool& out) {
  const std::optional<YamlValue> value = Find(name);
  if (value) out = value->AsBool().value_or(out);
}

void YamlMap::ReadInteger(const std::string& name, std::int64_t min, std::int64_t max,
                          std::int64_t& out) {
  const std::optional<YamlValue> value = Find(name);
  if (value) out = value->AsInteger(min, max).value_or(out);
}

void YamlMap::ReadNumber(const std::string& name, double min, double max, double& out) {
  const std::optional<YamlValue> value = Find(name);
  if (value) out = value->AsNumber(min, max).value_or(out);
}

void YamlMap::ReadDuration(const std::string& name, std::chrono::milliseconds min,
                           std::chrono::milliseconds max, std::chrono::milliseconds& out) {
  const std::optional<YamlValue> value = Find(name);
  if (value) out = value->AsDuration(min, max).value_or(out);
}

void YamlMap::Finish() const {
  for (const auto& [name, value] : members_) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::string nearest = Nearest(name, known_);
    value.Fail(nearest.empty()
                   ? absl::StrCat("unknown key; known here: ", absl::StrJoin(known_, ", "))
                   : absl::StrCat("unknown key; did you mean ", nearest, "?"));
  }
}

void YamlMap::FailChoice(const YamlValue& value, const std::string& given,
                         const std::vector<std::string>& names) {
  const std::string nearest = Nearest(given, names);
  value.Fail(absl::StrCat("must be one of ", absl::StrJoin(names, ", "),
                          nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?")));
}

}  // namespace presences::config
