// JsonReader: hands the values of a JSON text to generated code, one after another.
//
// The reader stands before one value; each method takes that value or fails. Nothing is copied but
// what a message keeps. The whole text is checked, also where nobody reads it: unknown keys are
// passed over, broken JSON under them is not. The parser behind it stays in the .cc file.
//
// Threads: one at a time; a thread reads one text at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proto/runtime/error.h"
#include "proto/runtime/names.h"
#include "proto/runtime/timestamp.h"

namespace presences::transcode {

class JsonReader {
 public:
  // How deep arrays and objects may be nested, the outer object counted.
  static constexpr int kMaxDepth = 512;

  // Reads `text`, which must hold one object, by a call of `read` that takes it. Text of nothing
  // but white space counts as `{}` and is not read at all.
  static std::optional<Error> Read(absl::string_view text,
                                   absl::FunctionRef<bool(JsonReader&)> read);

  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  // Takes an object; `field` takes each value (or fails) and gets its decoded key.
  bool Object(absl::FunctionRef<bool(absl::string_view key)> field);
  // Takes an array; `element` takes each value or fails.
  bool Array(absl::FunctionRef<bool()> element);
  // Takes a null if there is one. False: another value stands there, not taken.
  bool Null();
  // Takes any value, checking that it is well-formed.
  bool Skip();

  bool String(std::string* value);
  bool Bool(bool* value);
  // Takes a bool, or "true", "false", "1", "0", 1, 0.
  bool LooseBool(bool* value);
  // Integers are also taken from strings, and from numbers such as 1.0.
  bool Int32(std::int32_t* value);
  bool Int64(std::int64_t* value);
  bool Uint32(std::uint32_t* value);
  bool Uint64(std::uint64_t* value);
  bool Double(double* value);
  bool Float(float* value);
  bool Timestamp(Moment* value);
  // Takes the name of an enum value, or its number.
  bool Enum(absl::Span<const EnumName> names, int* value);
  // Takes an object as the text it is written in; `[]` as `{}`. No number in it may overflow a
  // double.
  bool InlineObject(std::string* json);

  // Fails at the value last taken. Answers false.
  bool Fail(absl::string_view message);

 private:
  struct Cursor;

  explicit JsonReader(Cursor* cursor) : cursor_(cursor) {}

  bool Wrong(absl::string_view expected);
  bool Malformed(int error);
  bool TooDeep();
  // Passes `ok` on; a failure gets `step` put before its path.
  bool Under(bool ok, absl::string_view step);

  Cursor* cursor_;
  Error error_;
  int depth_ = 0;
};

}  // namespace presences::transcode
