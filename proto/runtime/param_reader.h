// ParamReader: hands one text value (of a path, a query string, a form or a header) to generated
// code.
//
// Its methods are named as JsonReader's, so that the generator treats both alike; what is a text
// anyway is read loosely: every bool takes true, false, 1 and 0.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proto/runtime/error.h"
#include "proto/runtime/names.h"
#include "proto/runtime/timestamp.h"

namespace presences::transcode {

class ParamReader {
 public:
  // `is_element`: the parameter was written as a list, e.g. `queries[]=`.
  ParamReader(absl::string_view name, absl::string_view value, bool is_element)
      : name_(name), value_(value), is_element_(is_element) {}

  ParamReader(const ParamReader&) = delete;
  ParamReader& operator=(const ParamReader&) = delete;

  absl::string_view name() const { return name_; }
  const Error& error() const { return error_; }

  // Fails unless the parameter is a single value.
  bool Single() { return !is_element_ || Fail("expects one value, not a list"); }

  bool String(std::string* value);
  bool Bool(bool* value);
  bool LooseBool(bool* value) { return Bool(value); }
  bool Int32(std::int32_t* value);
  bool Int64(std::int64_t* value);
  bool Uint32(std::uint32_t* value);
  bool Uint64(std::uint64_t* value);
  bool Double(double* value);
  bool Float(float* value);
  bool Timestamp(Moment* value);
  // Takes the name of an enum value, or its number.
  bool Enum(absl::Span<const EnumName> names, int* value);
  // Takes the text of one JSON object; `[]` as `{}`.
  bool InlineObject(std::string* json);
  // Takes an integer in the form of an entity tag: `"12"`, `W/"12"` or 12.
  bool EntityTag(std::int64_t* value);

  // Fails at this parameter. Answers false.
  bool Fail(absl::string_view message);

 private:
  const absl::string_view name_;
  const absl::string_view value_;
  const bool is_element_;
  Error error_;
};

}  // namespace presences::transcode
