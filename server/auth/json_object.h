// JsonObject: a JSON object whose every name is written once.
//
// A repeated name is refused: two readers that pick different ones would see two different
// tokens.
//
// Include only where simdjson::simdjson is linked: its definitions change the size of a parser.
//
// Threads: one at a time; views and elements live as long as the object.
#pragma once

#include <simdjson.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace presences::auth {

class JsonObject {
 public:
  // INVALID_ARGUMENT says why `text` is no such object ("not JSON: ...", "repeats ..."). Only the
  // top level is checked for repeated names.
  static absl::StatusOr<JsonObject> Parse(absl::string_view text);
  // The same check for an object inside a document.
  static absl::Status CheckNames(simdjson::dom::object object);

  // The value of `name`; null counts as absent.
  std::optional<simdjson::dom::element> Find(absl::string_view name) const;

 private:
  JsonObject() = default;

  std::unique_ptr<simdjson::dom::parser> parser_;  // owns the document
  simdjson::dom::object object_;
};

// Find for any object of a document.
std::optional<simdjson::dom::element> FindIn(simdjson::dom::object object, absl::string_view name);

// The element as text; nullopt when it is no string.
std::optional<std::string> AsString(simdjson::dom::element element);

}  // namespace presences::auth
