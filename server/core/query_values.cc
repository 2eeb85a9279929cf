#include "server/core/query_values.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/query_attribute.h"
#include "server/core/time_format.h"

namespace presences {
namespace {

using ValueKind = FilterValue::Kind;

absl::Status RefuseValue(const QueryPath& path, std::size_t i, absl::string_view rule_and_fix) {
  return RefuseQuery(path, absl::StrCat("values[", i, "] ", rule_and_fix));
}

// The whole number that a numeric literal is, when it is one.
std::optional<std::int64_t> Whole(const RawValue& value) {
  const bool whole = value.kind == RawValue::Kind::kLiteral &&
                     value.literal.kind == ValueKind::kNumber && value.literal.number.whole;
  if (!whole) return std::nullopt;
  return value.literal.number.integer;
}

absl::StatusOr<Literal> TextValue(const RawValue& value, const std::string& attribute,
                                  std::size_t i, const QueryPath& path) {
  if (value.literal.kind == ValueKind::kText) return value.literal;
  return RefuseValue(path, i,
                     absl::StrCat("is ", DescribeValue(value), ", but ", attribute,
                                  " is compared with text; send a string"));
}

absl::StatusOr<Literal> TimeValue(const RawValue& value, const std::string& attribute,
                                  std::size_t i, const QueryPath& path) {
  if (value.literal.kind == ValueKind::kText) {
    if (const std::optional<TimePoint> time = ParseTime(value.literal.text)) {
      return Literal::Whole(time->time_since_epoch().count());
    }
  }
  return RefuseValue(path, i,
                     absl::StrCat("is ", DescribeValue(value), ", but ", attribute,
                                  " is a date; send a string like "
                                  "\"2030-01-31T12:00:00.000+00:00\""));
}

absl::StatusOr<Literal> NumberValue(const RawValue& value, const std::string& attribute,
                                    std::size_t i, const QueryPath& path) {
  if (Whole(value)) return value.literal;
  return RefuseValue(path, i,
                     absl::StrCat("is ", DescribeValue(value), ", but ", attribute,
                                  " is a whole number; send an integer"));
}

// Metadata holds any scalar; what has no order cannot be compared by order.
absl::StatusOr<Literal> ScalarValue(const RawValue& value, const MethodRow& method, std::size_t i,
                                    const QueryPath& path) {
  const bool unordered =
      method.group == MethodGroup::kComparison && value.literal.kind == ValueKind::kBool;
  if (unordered) {
    return RefuseValue(path, i, "is a boolean, which has no order; use equal or notEqual");
  }
  return value.literal;
}

absl::StatusOr<Literal> TypedValue(const RawValue& value, const MethodRow& method,
                                   const Attribute& attribute, std::size_t i,
                                   const QueryPath& path) {
  if (value.kind == RawValue::Kind::kNull) {
    return RefuseValue(path, i, "is null, which equals nothing; use isNull or isNotNull");
  }
  if (value.kind != RawValue::Kind::kLiteral) {
    return RefuseValue(
        path, i,
        absl::StrCat("is ", DescribeValue(value), "; send a string, a number or a boolean"));
  }
  const std::string name = AttributeText(attribute);
  if (method.group == MethodGroup::kText) return TextValue(value, name, i, path);
  switch (ValueRuleOf(attribute.kind)) {
    case ValueRule::kText:
      return TextValue(value, name, i, path);
    case ValueRule::kTime:
      return TimeValue(value, name, i, path);
    case ValueRule::kNumber:
      return NumberValue(value, name, i, path);
    case ValueRule::kScalar:
      break;
  }
  return ScalarValue(value, method, i, path);
}

}  // namespace

std::string DescribeValue(const RawValue& value) {
  switch (value.kind) {
    case RawValue::Kind::kNull:
      return "null";
    case RawValue::Kind::kList:
      return "a list";
    case RawValue::Kind::kQuery:
      return "an object";
    case RawValue::Kind::kLiteral:
      break;
  }
  const Literal& literal = value.literal;
  if (literal.kind == ValueKind::kText) return QuoteForMessage(literal.text);
  if (literal.kind == ValueKind::kBool) {
    return absl::StrCat("the boolean ", literal.boolean ? "true" : "false");
  }
  return absl::StrCat("the number ", NumberText(literal.number));
}

absl::StatusOr<std::vector<Literal>> TypedValues(RawQuery raw, const MethodRow& method,
                                                 const Attribute& attribute,
                                                 const QueryPath& path) {
  const ValueRule rule = ValueRuleOf(attribute.kind);
  if (method.group == MethodGroup::kText && rule != ValueRule::kText &&
      rule != ValueRule::kScalar) {
    return RefuseQuery(path,
                       absl::StrCat(method.name, " works on text, but ", AttributeText(attribute),
                                    " is none; use equal, lessThan or between"));
  }
  std::vector<Literal> values;
  values.reserve(raw.values.size());
  for (std::size_t i = 0; i < raw.values.size(); ++i) {
    absl::StatusOr<Literal> value = TypedValue(raw.values[i], method, attribute, i, path);
    if (!value.ok()) return value.status();
    values.push_back(*std::move(value));
  }
  const bool pair = method.method == Method::kBetween || method.method == Method::kNotBetween;
  if (pair && values[0].kind != values[1].kind) {
    return RefuseQuery(path, absl::StrCat(method.name,
                                          " needs two values of one kind; send two "
                                          "strings or two numbers"));
  }
  return values;
}

absl::StatusOr<std::vector<Literal>> LooseValues(RawQuery raw, const QueryPath& path) {
  std::vector<Literal> values;
  values.reserve(raw.values.size());
  for (std::size_t i = 0; i < raw.values.size(); ++i) {
    RawValue& value = raw.values[i];
    if (value.kind == RawValue::Kind::kList || value.kind == RawValue::Kind::kQuery) {
      return RefuseValue(
          path, i,
          absl::StrCat("is ", DescribeValue(value), "; send a string, a number or a boolean"));
    }
    values.push_back(std::move(value.literal));
  }
  return values;
}

absl::StatusOr<std::int64_t> WholeNumber(const RawQuery& raw, std::int64_t min,
                                         const QueryPath& path) {
  const std::optional<std::int64_t> whole = Whole(raw.values[0]);
  if (whole && *whole >= min) return *whole;
  return RefuseQuery(path, absl::StrCat(raw.method, " is ", DescribeValue(raw.values[0]),
                                        "; send a whole number from ", min, " to ",
                                        std::numeric_limits<std::int64_t>::max()));
}

}  // namespace presences
