// YamlReader: typed reading of a YAML tree that reports every mistake with its line and path.
//
//   YamlMap server(value);
//   server.ReadDuration("drain_delay", 0s, 10min, config.drain_delay);
//   server.Finish();
//
// Reading a name makes it known; Finish reports the names that nobody read. So the parser is the
// schema, and the two cannot drift apart. After a mistake the field keeps its default and reading
// goes on.
//
// Threads: one at a time.
#pragma once

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/config/error_list.h"

namespace presences::config {

class YamlValue {
 public:
  YamlValue(YAML::Node node, std::string path, int line, ErrorList& errors);

  const std::string& path() const { return path_; }
  int line() const { return line_; }
  const YAML::Node& node() const { return node_; }
  ErrorList& errors() const { return *errors_; }
  void Fail(absl::string_view rule_and_fix) const { errors_->Add(line_, path_, rule_and_fix); }

  // Each answers nullopt after it has reported why. Strings have their variables replaced.
  std::optional<std::string> AsString() const;
  std::optional<bool> AsBool() const;
  std::optional<std::int64_t> AsInteger(std::int64_t min, std::int64_t max) const;
  std::optional<double> AsNumber(double min, double max) const;
  std::optional<std::chrono::milliseconds> AsDuration(std::chrono::milliseconds min,
                                                      std::chrono::milliseconds max) const;
  // The elements of a list; empty after a report.
  std::vector<YamlValue> AsList() const;

 private:
  // Reports and answers false unless this is a scalar with content.
  bool IsScalar(absl::string_view expected) const;
  // A scalar without quotes: only those are numbers and booleans.
  bool IsPlain() const { return node_.Tag() != "!"; }

  YAML::Node node_;
  std::string path_;
  int line_;
  ErrorList* errors_;
};

class YamlMap {
 public:
  // Reports when `value` is no map, and every name that comes twice.
  explicit YamlMap(const YamlValue& value);

  std::optional<YamlValue> Find(const std::string& name);
  // As Find, and reports when it is missing: "is required; <fix>".
  std::optional<YamlValue> Require(const std::string& name, absl::string_view fix);

  // Each leaves `out` as it is when the name is missing or wrong.
  void ReadString(const std::string& name, std::string& out);
  void ReadBool(const std::string& name, bool& out);
  void ReadInteger(const std::string& name, std::int64_t min, std::int64_t max, std::int64_t& out);
  void ReadNumber(const std::string& name, double min, double max, double& out);
  void ReadDuration(const std::string& name, std::chrono::milliseconds min,
                    std::chrono::milliseconds max, std::chrono::milliseconds& out);
  template <typename Enum>
  void ReadChoice(const std::string& name, const std::vector<std::pair<std::string, Enum>>& choices,
                  Enum& out);

  // Reports the names that nobody asked for, with the nearest known one.
  void Finish() const;
  const YamlValue& value() const { return value_; }

 private:
  static void FailChoice(const YamlValue& value, const std::string& given,
                         const std::vector<std::string>& names);
  std::string PathOf(const std::string& name) const;

  const YamlValue value_;
  std::vector<std::pair<std::string, YamlValue>> members_;
  std::vector<std::string> known_;
};

template <typename Enum>
void YamlMap::ReadChoice(const std::string& name,
                         const std::vector<std::pair<std::string, Enum>>& choices, Enum& out) {
  const std::optional<YamlValue> value = Find(name);
  const std::optional<std::string> given = value ? value->AsString() : std::nullopt;
  if (!given) return;
  std::vector<std::string> names;
  for (const auto& [choice, meaning] : choices) {
    if (choice == *given) {
      out = meaning;
      return;
    }
    names.push_back(choice);
  }
  FailChoice(*value, *given, names);
}

}  // namespace presences::config
