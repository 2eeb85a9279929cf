#include "server/core/filter_value.h"

#include <charconv>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/core/query_attribute.h"

namespace presences {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

template <typename T>
int ThreeWay(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

// `real` is no int64 value: either out of range or with a fraction.
int CompareIntegerToReal(std::int64_t integer, double real) {
  if (real >= kTwoTo63) return -1;
  if (real < -kTwoTo63) return 1;
  const double floor = std::floor(real);
  return integer <= static_cast<std::int64_t>(floor) ? -1 : 1;
}

int CompareText(absl::string_view a, absl::string_view b) { return a.compare(b); }

// Absent values and objects share a rank: neither has an order.
int Rank(FilterValue::Kind kind) {
  return kind == FilterValue::Kind::kAbsent || kind == FilterValue::Kind::kOther
             ? 0
             : static_cast<int>(kind);
}

FilterValue FromJson(const JsonScalar& scalar) {
  FilterValue value;
  switch (scalar.kind) {
    case JsonScalar::Kind::kNull:
      break;
    case JsonScalar::Kind::kBool:
      value.kind = FilterValue::Kind::kBool;
      value.boolean = scalar.boolean;
      break;
    case JsonScalar::Kind::kNumber: {
      value.kind = FilterValue::Kind::kNumber;
      std::int64_t whole = 0;
      value.number =
          absl::SimpleAtoi(scalar.text, &whole) ? Number::Of(whole) : Number::Of(scalar.number);
      break;
    }
    case JsonScalar::Kind::kString:
      value.kind = FilterValue::Kind::kText;
      value.text = scalar.text;
      break;
    case JsonScalar::Kind::kOther:
      value.kind = FilterValue::Kind::kOther;
      break;
  }
  return value;
}

}  // namespace

Number Number::Of(double value) {
  if (value >= -kTwoTo63 && value < kTwoTo63 && std::trunc(value) == value) {
    return {true, static_cast<std::int64_t>(value), 0};
  }
  return {false, 0, value};
}

int Compare(const Number& a, const Number& b) {
  if (a.whole && b.whole) return ThreeWay(a.integer, b.integer);
  if (a.whole) return CompareIntegerToReal(a.integer, b.real);
  if (b.whole) return -CompareIntegerToReal(b.integer, a.real);
  return ThreeWay(a.real, b.real);
}

std::string NumberText(const Number& number) {
  char buffer[32];
  const auto result = number.whole ? std::to_chars(buffer, buffer + sizeof(buffer), number.integer)
                                   : std::to_chars(buffer, buffer + sizeof(buffer), number.real);
  return std::string(buffer, result.ptr);
}

FilterValue FilterValue::Text(absl::string_view text) {
  FilterValue value;
  value.kind = Kind::kText;
  value.text = text;
  return value;
}

FilterValue FilterValue::Whole(std::int64_t whole) {
  FilterValue value;
  value.kind = Kind::kNumber;
  value.number = Number::Of(whole);
  return value;
}

int Compare(const FilterValue& a, const FilterValue& b) {
  if (Rank(a.kind) != Rank(b.kind)) return ThreeWay(Rank(a.kind), Rank(b.kind));
  switch (a.kind) {
    case FilterValue::Kind::kBool:
      return ThreeWay(a.boolean, b.boolean);
    case FilterValue::Kind::kNumber:
      return Compare(a.number, b.number);
    case FilterValue::Kind::kText:
      return CompareText(a.text, b.text);
    default:
      return 0;
  }
}

Literal Literal::Text(std::string text) {
  Literal literal;
  literal.kind = FilterValue::Kind::kText;
  literal.text = std::move(text);
  return literal;
}

Literal Literal::Whole(std::int64_t value) {
  Literal literal;
  literal.kind = FilterValue::Kind::kNumber;
  literal.number = Number::Of(value);
  return literal;
}

FilterValue ValueOf(const Presence& record, const Attribute& attribute, JsonScalar& scratch) {
  const auto millis = [](TimePoint time) {
    return FilterValue::Whole(time.time_since_epoch().count());
  };
  switch (attribute.kind) {
    case Attribute::Kind::kId:
      return FilterValue::Text(record.id());
    case Attribute::Kind::kUserId:
      return FilterValue::Text(record.user_id());
    case Attribute::Kind::kStatus:
      return FilterValue::Text(record.status());
    case Attribute::Kind::kSource:
      return FilterValue::Text(SourceName(record.source()));
    case Attribute::Kind::kExpiresAt:
      return millis(record.expires_at());
    case Attribute::Kind::kCreatedAt:
      return millis(record.created_at());
    case Attribute::Kind::kUpdatedAt:
      return millis(record.updated_at());
    case Attribute::Kind::kSequence:
      return FilterValue::Whole(record.created_revision());
    case Attribute::Kind::kMetadata: {
      std::optional<JsonScalar> found = FindInMetadata(record.metadata(), attribute.path);
      if (!found) return {};
      scratch = *std::move(found);
      return FromJson(scratch);
    }
    case Attribute::Kind::kUnknown:
      break;
  }
  return {};
}

void AppendCanonical(const Literal& literal, std::string& out) {
  switch (literal.kind) {
    case FilterValue::Kind::kBool:
      out += literal.boolean ? "b1" : "b0";
      break;
    case FilterValue::Kind::kNumber:
      absl::StrAppend(&out, "n", NumberText(literal.number));
      break;
    case FilterValue::Kind::kText:
      absl::StrAppend(&out, "t", literal.text.size(), ":", literal.text);
      break;
    default:
      out += "null";
  }
}

void AppendCanonical(const Attribute& attribute, std::string& out) {
  absl::StrAppend(&out, AttributeName(attribute.kind));
  if (attribute.kind == Attribute::Kind::kMetadata) {
    absl::StrAppend(&out, "[", attribute.path.size(), ":", attribute.path, "]");
  }
}

}  // namespace presences
