#include "client/cli/query_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "proto/runtime/json_reader.h"
#include "proto/runtime/json_writer.h"

namespace presences::cli {
namespace {

struct Operator {
  absl::string_view sign;
  absl::string_view method;
};
// Two signs before one, since "<" also begins "<=".
constexpr Operator kOperators[] = {
    {"!=", "notEqual"},   {"<=", "lessThanEqual"}, {">=", "greaterThanEqual"},
    {"^=", "startsWith"}, {"$=", "endsWith"},      {"*=", "contains"},
    {"=", "equal"},       {"<", "lessThan"},       {">", "greaterThan"},
};

const Operator* OperatorAt(absl::string_view text) {
  const auto* found =
      std::find_if(std::begin(kOperators), std::end(kOperators),
                   [text](const Operator& o) { return absl::StartsWith(text, o.sign); });
  return found == std::end(kOperators) ? nullptr : found;
}

// True if the text is a JSON number, boolean or string.
bool IsJsonScalar(absl::string_view text) {
  if (text.empty() || !absl::StrContains("-0123456789tf\"", text.front())) return false;
  const std::string wrapped = absl::StrCat("{\"v\":", text, "}");
  int values = 0;
  const auto error = transcode::JsonReader::Read(wrapped, [&](transcode::JsonReader& reader) {
    return reader.Object([&](absl::string_view) { return ++values == 1 && reader.Skip(); });
  });
  return !error;
}

std::string FilterError(const std::string& filter) {
  const auto query = ParseFilter(filter);
  return query.ok() ? "" : std::string(query.status().message());
}

void AddAnyOf(absl::string_view attribute, const std::vector<std::string>& values,
              std::vector<std::string>& out) {
  if (values.empty()) return;
  std::vector<std::string> quoted;
  quoted.reserve(values.size());
  for (const std::string& value : values) quoted.push_back(Quoted(value));
  out.push_back(QueryText("equal", attribute, quoted));
}

}  // namespace

std::string Quoted(absl::string_view text) {
  std::string out;
  transcode::JsonWriter(&out).String(text);
  return out;
}

std::string QueryText(absl::string_view method, absl::string_view attribute,
                      const std::vector<std::string>& json_values) {
  std::string out;
  transcode::JsonWriter writer(&out);
  writer.BeginObject();
  writer.Key("method");
  writer.String(method);
  if (!attribute.empty()) {
    writer.Key("attribute");
    writer.String(attribute);
  }
  writer.Key("values");
  writer.BeginArray();
  for (const std::string& value : json_values) writer.Raw(value);
  writer.EndArray();
  writer.EndObject();
  return out;
}

absl::StatusOr<std::string> ParseFilter(absl::string_view filter) {
  // The first character belongs to the attribute, even if it is the $ of $id.
  for (std::size_t at = 1; at < filter.size(); ++at) {
    const Operator* found = OperatorAt(filter.substr(at));
    if (found == nullptr) continue;
    const absl::string_view attribute = filter.substr(0, at);
    const absl::string_view value = filter.substr(at + found->sign.size());
    const bool typed = absl::StartsWith(attribute, "metadata.") && IsJsonScalar(value);
    return QueryText(found->method, attribute, {typed ? std::string(value) : Quoted(value)});
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", filter,
                   "' is no filter; write ATTRIBUTE OPERATOR VALUE, e.g. status=online, with one "
                   "of = != < <= > >= ^= $= *="));
}

void QueryOptions::AddTo(CLI::App& command) {
  command.add_option("--query", queries, "A query as JSON, as the SDKs make it; repeatable")
      ->type_name("JSON")
      ->allow_extra_args(false);
  command
      .add_option("--filter", filters,
                  "ATTRIBUTE OPERATOR VALUE with = != < <= > >= ^= $= *=, e.g. 'status=online' or "
                  "'metadata.page=home'; repeatable, all must hold")
      ->type_name("FILTER")
      ->allow_extra_args(false)
      ->check(FilterError);
  command.add_option("--status", statuses, "Only with this status; repeatable, any will do")
      ->allow_extra_args(false);
  command.add_option("--user", users, "Only of this user; repeatable, any will do")
      ->allow_extra_args(false);
}

std::vector<std::string> QueryOptions::Texts() const {
  std::vector<std::string> texts = queries;
  for (const std::string& filter : filters) texts.push_back(*ParseFilter(filter));
  AddAnyOf("status", statuses, texts);
  AddAnyOf("userId", users, texts);
  return texts;
}

}  // namespace presences::cli
