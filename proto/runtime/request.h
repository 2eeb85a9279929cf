// RequestParts: an HTTP request as far as a message can be filled from it; RequestReader: does so.
//
// Order of filling, later wins: body or query string, path, headers.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proto/runtime/error.h"
#include "proto/runtime/json_reader.h"
#include "proto/runtime/param_reader.h"

namespace presences::transcode {

struct RequestParts {
  // Values of the template's variables in their order, still percent-encoded (RouteTable::Match).
  absl::Span<const absl::string_view> path_values;
  absl::string_view query;  // without the `?`
  absl::string_view body;
  bool body_is_form = false;  // application/x-www-form-urlencoded; else JSON
  // Answers the value of a header, empty if there is none; null: the request has no headers. Owned,
  // so that a lambda may be given in place.
  std::function<absl::string_view(absl::string_view name)> header;
};

class RequestReader {
 public:
  using ReadJsonFn = absl::FunctionRef<bool(JsonReader&)>;
  using ReadParamFn = absl::FunctionRef<bool(ParamReader&)>;

  explicit RequestReader(const RequestParts& parts) : parts_(parts) {}

  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Each step does nothing once one has failed.
  void Body(ReadJsonFn json, ReadParamFn form);
  void Query(ReadParamFn read) { Pairs(parts_.query, read); }
  void Path(std::size_t index, absl::string_view field, ReadParamFn read);
  // Does nothing when the request has no such header.
  void Header(absl::string_view name, ReadParamFn read);

  const std::optional<Error>& error() const { return error_; }

 private:
  void Pairs(absl::string_view text, ReadParamFn read);
  void Value(absl::string_view name, absl::string_view value, ReadParamFn read);

  const RequestParts& parts_;
  std::optional<Error> error_;
};

}  // namespace presences::transcode
