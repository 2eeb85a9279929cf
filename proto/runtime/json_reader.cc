#include "proto/runtime/json_reader.h"

#include <simdjson.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace presences::transcode {

namespace ondemand = simdjson::ondemand;

// The place in the text: the outer object (no value), or one value under it.
struct JsonReader::Cursor {
  ondemand::document& document;
  ondemand::value* value;
};

namespace {

// What a thread keeps between texts, so that a small request allocates nothing here.
struct Scratch {
  ondemand::parser parser;
  std::vector<char> text;
};

constexpr std::size_t kKeepBytes = 1 << 20;

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

absl::string_view NameOf(ondemand::json_type type) {
  switch (type) {
    case ondemand::json_type::array:
      return "a list";
    case ondemand::json_type::object:
      return "an object";
    case ondemand::json_type::number:
      return "a number";
    case ondemand::json_type::string:
      return "a string";
    case ondemand::json_type::boolean:
      return "a boolean";
    case ondemand::json_type::null:
      return "null";
  }
  return "something else";
}

}  // namespace

std::optional<Error> JsonReader::Read(absl::string_view text,
                                      absl::FunctionRef<bool(JsonReader&)> read) {
  if (absl::StripLeadingAsciiWhitespace(text).empty()) return std::nullopt;
  static thread_local Scratch scratch;
  scratch.text.resize(text.size() + simdjson::SIMDJSON_PADDING);
  std::copy(text.begin(), text.end(), scratch.text.begin());

  ondemand::document document;
  Cursor cursor{document, nullptr};
  JsonReader reader(&cursor);
  const auto failed = [&reader](int error) {
    reader.Malformed(error);
    return std::move(reader.error_);
  };
  if (const auto error =
          scratch.parser.iterate(scratch.text.data(), text.size(), scratch.text.size())
              .get(document)) {
    return failed(error);
  }
  ondemand::json_type type;
  if (const auto error = document.type().get(type)) return failed(error);
  if (type != ondemand::json_type::object) {
    return Error{"", absl::StrCat("expects a JSON object, not ", NameOf(type))};
  }
  const bool ok = read(reader);
  const char* rest = nullptr;
  const bool at_end = document.current_location().get(rest) == simdjson::OUT_OF_BOUNDS;
  if (scratch.text.size() > kKeepBytes) scratch = Scratch();
  if (!ok) return std::move(reader.error_);
  if (!at_end) return Error{"", "is not well-formed JSON: something follows the object"};
  return std::nullopt;
}

bool JsonReader::Object(absl::FunctionRef<bool(absl::string_view)> field) {
  ondemand::object object;
  const auto error = cursor_->value == nullptr ? cursor_->document.get_object().get(object)
                                               : cursor_->value->get_object().get(object);
  if (error == simdjson::INCORRECT_TYPE) return Wrong("an object");
  if (error) return Malformed(error);
  if (++depth_ > kMaxDepth) return TooDeep();
  for (auto result : object) {
    ondemand::field entry;
    if (const auto failure = std::move(result).get(entry)) return Malformed(failure);
    std::string_view key;
    if (const auto failure = entry.unescaped_key().get(key)) return Malformed(failure);
    ondemand::value value = entry.value();
    ondemand::value* const outer = std::exchange(cursor_->value, &value);
    if (!Under(field(ToAbsl(key)), ToAbsl(key))) return false;
    cursor_->value = outer;
  }
  --depth_;
  return true;
}

bool JsonReader::Array(absl::FunctionRef<bool()> element) {
  ondemand::array array;
  const auto error = cursor_->value->get_array().get(array);
  if (error == simdjson::INCORRECT_TYPE) return Wrong("a list");
  if (error) return Malformed(error);
  if (++depth_ > kMaxDepth) return TooDeep();
  std::size_t index = 0;
  for (auto result : array) {
    if (result.error()) return Malformed(result.error());
    ondemand::value value = result.value_unsafe();
    ondemand::value* const outer = std::exchange(cursor_->value, &value);
    if (!element()) return Under(false, absl::StrCat("[", index, "]"));
    cursor_->value = outer;
    ++index;
  }
  --depth_;
  return true;
}

bool JsonReader::Null() {
  bool null = false;
  return cursor_->value->is_null().get(null) == simdjson::SUCCESS && null;
}

bool JsonReader::Skip() {
  ondemand::json_type type;
  if (const auto error = cursor_->value->type().get(type)) return Malformed(error);
  switch (type) {
    case ondemand::json_type::object:
      return Object([this](absl::string_view) { return Skip(); });
    case ondemand::json_type::array:
      return Array([this] { return Skip(); });
    case ondemand::json_type::string: {
      std::string_view ignored;
      const auto error = cursor_->value->get_string().get(ignored);
      return error ? Malformed(error) : true;
    }
    case ondemand::json_type::number: {
      double ignored = 0;
      return Double(&ignored);
    }
    case ondemand::json_type::boolean: {
      bool ignored = false;
      return Bool(&ignored);
    }
    case ondemand::json_type::null:
      return Null() || Malformed(simdjson::N_ATOM_ERROR);
  }
  return Malformed(simdjson::TAPE_ERROR);
}

bool JsonReader::String(std::string* value) {
  std::string_view text;
  const auto error = cursor_->value->get_string().get(text);
  if (error == simdjson::INCORRECT_TYPE) return Wrong("a string");
  if (error) return Malformed(error);
  value->assign(text.data(), text.size());
  return true;
}

bool JsonReader::Bool(bool* value) {
  ondemand::json_type type;
  if (const auto error = cursor_->value->type().get(type)) return Malformed(error);
  if (type != ondemand::json_type::boolean) return Wrong("true or false");
  const auto error = cursor_->value->get_bool().get(*value);
  return error ? Malformed(error) : true;
}

bool JsonReader::LooseBool(bool* value) {
  ondemand::json_type type;
  if (const auto error = cursor_->value->type().get(type)) return Malformed(error);
  if (type == ondemand::json_type::boolean) return Bool(value);
  std::int64_t number = -1;
  if (type == ondemand::json_type::number) {
    if (!Int64(&number)) return false;
  } else if (type == ondemand::json_type::string) {
    std::string text;
    if (!String(&text)) return false;
    number = text == "true" || text == "1" ? 1 : text == "false" || text == "0" ? 0 : -1;
  } else {
    return Wrong("true or false");
  }
  *value = number == 1;
  return number == 0 || number == 1 || Fail("expects true or false");
}

bool JsonReader::Int64(std::int64_t* value) {
  static constexpr absl::string_view kExpected = "a 64-bit integer";
  ondemand::json_type type;
  if (const auto error = cursor_->value->type().get(type)) return Malformed(error);
  if (type == ondemand::json_type::string) {
    std::string text;
    return String(&text) &&
           (absl::SimpleAtoi(text, value) || Fail(absl::StrCat("expects ", kExpected)));
  }
  if (type != ondemand::json_type::number) return Wrong(kExpected);
  if (cursor_->value->get_int64().get(*value) == simdjson::SUCCESS) return true;
  double number = 0;
  if (!Double(&number)) return false;
  // The bounds are powers of two, so they are exact as doubles.
  if (number != std::trunc(number) || number < -0x1p63 || number >= 0x1p63) {
    return Fail(absl::StrCat("expects ", kExpected));
  }
  *value = static_cast<std::int64_t>(number);
  return true;
}

bool JsonReader::Uint64(std::uint64_t* value) {
  if (cursor_->value->get_uint64().get(*value) == simdjson::SUCCESS) return true;
  std::int64_t number = 0;
  if (!Int64(&number)) return false;
  if (number < 0) return Fail("expects an integer of 0 or more");
  *value = static_cast<std::uint64_t>(number);
  return true;
}

bool JsonReader::Int32(std::int32_t* value) {
  std::int64_t number = 0;
  if (!Int64(&number)) return false;
  *value = static_cast<std::int32_t>(number);
  return *value == number || Fail("expects a 32-bit integer");
}

bool JsonReader::Uint32(std::uint32_t* value) {
  std::int64_t number = 0;
  if (!Int64(&number)) return false;
  *value = static_cast<std::uint32_t>(number);
  return *value == number || Fail("expects a 32-bit integer of 0 or more");
}

bool JsonReader::Double(double* value) {
  ondemand::json_type type;
  if (const auto error = cursor_->value->type().get(type)) return Malformed(error);
  if (type != ondemand::json_type::number) return Wrong("a number");
  const auto error = cursor_->value->get_double().get(*value);
  return error ? Fail("expects a number that a double can hold") : true;
}

bool JsonReader::Float(float* value) {
  double number = 0;
  if (!Double(&number)) return false;
  *value = static_cast<float>(number);
  return std::isfinite(*value) || Fail("expects a number that a float can hold");
}

bool JsonReader::Timestamp(Moment* value) {
  std::string_view text;
  const auto error = cursor_->value->get_string().get(text);
  if (error == simdjson::INCORRECT_TYPE) return Wrong("a date");
  if (error) return Malformed(error);
  return ParseTimestamp(ToAbsl(text), value) ||
         Fail("expects a date such as 2027-01-31T12:00:00.000+00:00");
}

bool JsonReader::Enum(absl::Span<const EnumName> names, int* value) {
  ondemand::json_type type;
  if (const auto error = cursor_->value->type().get(type)) return Malformed(error);
  std::string text;
  std::int64_t number = 0;
  const bool is_number = type == ondemand::json_type::number;
  if (is_number ? !Int64(&number) : !String(&text)) return false;
  for (const EnumName& known : names) {
    if (is_number ? known.number != number : known.name != text) continue;
    *value = known.number;
    return true;
  }
  return Fail("expects the name of a known value");
}

bool JsonReader::InlineObject(std::string* json) {
  ondemand::json_type type;
  if (const auto error = cursor_->value->type().get(type)) return Malformed(error);
  if (type == ondemand::json_type::array) {
    if (!Array([this] { return Fail("expects no element: this is to be an object"); })) {
      return false;
    }
    *json = "{}";
    return true;
  }
  if (type != ondemand::json_type::object) return Wrong("an object");
  const char* const begin = cursor_->value->raw_json_token().data();
  if (!Skip()) return false;
  // The object is never the last thing in the text: the outer one closes after it.
  const char* end = nullptr;
  if (const auto error = cursor_->document.current_location().get(end)) return Malformed(error);
  const absl::string_view text(begin, static_cast<std::size_t>(end - begin));
  const absl::string_view trimmed = absl::StripTrailingAsciiWhitespace(text);
  json->assign(trimmed.data(), trimmed.size());
  return true;
}

bool JsonReader::Fail(absl::string_view message) {
  error_ = Error{"", std::string(message)};
  return false;
}

bool JsonReader::Wrong(absl::string_view expected) {
  ondemand::json_type type;
  if (const auto error = cursor_->value->type().get(type)) return Malformed(error);
  return Fail(absl::StrCat("expects ", expected, ", not ", NameOf(type)));
}

bool JsonReader::Malformed(int error) {
  const auto code = static_cast<simdjson::error_code>(error);
  return Fail(absl::StrCat("is not well-formed JSON: ", simdjson::error_message(code)));
}

bool JsonReader::TooDeep() { return Fail(absl::StrCat("is nested deeper than ", kMaxDepth)); }

bool JsonReader::Under(bool ok, absl::string_view step) {
  if (ok) return true;
  if (error_.field.empty() || error_.field.front() == '[') {
    error_.field = absl::StrCat(step, error_.field);
  } else {
    error_.field = absl::StrCat(step, ".", error_.field);
  }
  return false;
}

}  // namespace presences::transcode
