#include "server/auth/json_object.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"

namespace presences::auth {

absl::StatusOr<JsonObject> JsonObject::Parse(absl::string_view text) {
  JsonObject result;
  result.parser_ = std::make_unique<simdjson::dom::parser>();
  simdjson::dom::element root;
  if (const auto error = result.parser_->parse(text.data(), text.size()).get(root)) {
    return absl::InvalidArgumentError(
        absl::StrCat("is not JSON: ", simdjson::error_message(error)));
  }
  if (root.get(result.object_) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("is not a JSON object");
  }
  if (absl::Status status = CheckNames(result.object_); !status.ok()) return status;
  return result;
}

absl::Status JsonObject::CheckNames(simdjson::dom::object object) {
  std::vector<std::string_view> names;
  for (const auto field : object) names.push_back(field.key);
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
    return absl::InvalidArgumentError("repeats a name; write each name once");
  }
  return absl::OkStatus();
}

std::optional<simdjson::dom::element> JsonObject::Find(absl::string_view name) const {
  return FindIn(object_, name);
}

std::optional<simdjson::dom::element> FindIn(simdjson::dom::object object, absl::string_view name) {
  simdjson::dom::element element;
  // at_key takes the name literally; operator[] would do the same, but reads as a lookup of ours.
  if (object.at_key(std::string_view(name.data(), name.size())).get(element)) return std::nullopt;
  if (element.is_null()) return std::nullopt;
  return element;
}

std::optional<std::string> AsString(simdjson::dom::element element) {
  std::string_view text;
  if (element.get(text)) return std::nullopt;
  return std::string(text);
}

}  // namespace presences::auth
