// JsonWriter: appends JSON to a string, value by value, without building a tree.
//
// Generated code knows the names of its fields, so keys come ready to copy. UTF-8 is kept as it is.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "proto/runtime/timestamp.h"

namespace google::rpc {
class Status;
}

namespace presences::transcode {

class JsonWriter {
 public:
  // Writes one google.rpc.Status as one JSON value: how an error looks is not known here.
  using StatusFormat = void (*)(const google::rpc::Status& status, JsonWriter& out);

  // Appends to `*out`. Without `status_format` a status is null.
  explicit JsonWriter(std::string* out, StatusFormat status_format = nullptr)
      : out_(*out), status_format_(status_format) {}

  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }

  // Writes a key that needs no escaping; a value must follow.
  void Key(absl::string_view name);
  // Writes any key; a value must follow.
  void EscapedKey(absl::string_view name);

  void String(absl::string_view value);
  void Int(std::int64_t value);
  void Uint(std::uint64_t value);
  // Writes the shortest text that reads back as `value`; what JSON cannot say ("NaN", "Infinity")
  // is a string.
  void Double(double value);
  void Bool(bool value);
  void Null() { Raw("null"); }
  void Timestamp(Moment value);
  // Writes text that is one JSON value already.
  void Raw(absl::string_view json);
  // Writes text that is one JSON object already; empty text is `{}`.
  void InlineObject(absl::string_view json) { Raw(json.empty() ? "{}" : json); }
  void Status(const google::rpc::Status& status);

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Separate();
  void AppendEscaped(absl::string_view text);

  std::string& out_;
  const StatusFormat status_format_;
  bool needs_comma_ = false;
};

}  // namespace presences::transcode
