#include "proto/runtime/param_reader.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "proto/runtime/json_reader.h"

namespace presences::transcode {

bool ParamReader::String(std::string* value) {
  value->assign(value_.data(), value_.size());
  return true;
}

bool ParamReader::Bool(bool* value) {
  *value = value_ == "true" || value_ == "1";
  return *value || value_ == "false" || value_ == "0" || Fail("expects true or false");
}

bool ParamReader::Int32(std::int32_t* value) {
  return absl::SimpleAtoi(value_, value) || Fail("expects a 32-bit integer");
}

bool ParamReader::Int64(std::int64_t* value) {
  return absl::SimpleAtoi(value_, value) || Fail("expects a 64-bit integer");
}

bool ParamReader::Uint32(std::uint32_t* value) {
  return absl::SimpleAtoi(value_, value) || Fail("expects a 32-bit integer of 0 or more");
}

bool ParamReader::Uint64(std::uint64_t* value) {
  return absl::SimpleAtoi(value_, value) || Fail("expects an integer of 0 or more");
}

bool ParamReader::Double(double* value) {
  return (absl::SimpleAtod(value_, value) && std::isfinite(*value)) || Fail("expects a number");
}

bool ParamReader::Float(float* value) {
  return (absl::SimpleAtof(value_, value) && std::isfinite(*value)) || Fail("expects a number");
}

bool ParamReader::Timestamp(Moment* value) {
  return ParseTimestamp(value_, value) ||
         Fail("expects a date such as 2027-01-31T12:00:00.000+00:00");
}

bool ParamReader::Enum(absl::Span<const EnumName> names, int* value) {
  int number = 0;
  const bool is_number = absl::SimpleAtoi(value_, &number);
  for (const EnumName& known : names) {
    if (is_number ? known.number != number : known.name != value_) continue;
    *value = known.number;
    return true;
  }
  return Fail("expects the name of a known value");
}

bool ParamReader::InlineObject(std::string* json) {
  // As the one value of an object, the text is checked as a value in a JSON body would be.
  int values = 0;
  const auto error =
      JsonReader::Read(absl::StrCat("{\"value\":", value_, "}"), [&](JsonReader& in) {
        return in.Object([&](absl::string_view) {
          return ++values == 1 ? in.InlineObject(json) : in.Fail("expects one JSON object");
        });
      });
  return !error.has_value() || Fail("expects a well-formed JSON object");
}

bool ParamReader::EntityTag(std::int64_t* value) {
  absl::string_view tag = absl::StripAsciiWhitespace(value_);
  absl::ConsumePrefix(&tag, "W/");
  if (absl::ConsumePrefix(&tag, "\"") != absl::ConsumeSuffix(&tag, "\"")) tag = "";
  return absl::SimpleAtoi(tag, value) || Fail("expects one entity tag such as \"12\"");
}

bool ParamReader::Fail(absl::string_view message) {
  error_ = Error{std::string(name_), std::string(message)};
  return false;
}

}  // namespace presences::transcode
