// QueryOptions: --query, --filter and their friends, as the query texts that the server takes.
//
// Threads: plain data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace CLI {
class App;
}

namespace presences::cli {

struct QueryOptions {
  std::vector<std::string> queries;   // JSON texts
  std::vector<std::string> filters;   // attribute OP value
  std::vector<std::string> statuses;  // any of
  std::vector<std::string> users;     // any of

  // Adds the options to a command.
  void AddTo(CLI::App& command);
  // All of them as query texts, which the server combines with "and".
  std::vector<std::string> Texts() const;
};

// `status=online` as {"method":"equal","attribute":"status","values":["online"]}. The operators are
// = != < <= > >= and, on text, ^= (begins with), $= (ends with), *= (contains). Values of metadata
// that are a JSON number, boolean or string are taken as that, anything else is text.
// INVALID_ARGUMENT says what is wrong with the filter.
absl::StatusOr<std::string> ParseFilter(absl::string_view filter);

// One query of a method with its values, ready to send.
std::string QueryText(absl::string_view method, absl::string_view attribute,
                      const std::vector<std::string>& json_values);
// `text` as a JSON string with its quotes.
std::string Quoted(absl::string_view text);

}  // namespace presences::cli
