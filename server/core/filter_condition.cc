#include "server/core/filter_condition.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "server/core/filter_index.h"

namespace presences {
namespace {

// Compiled program and match cache together; a status is at most 1 KiB, so the slow path that
// RE2 takes when the cache is full stays cheap.
constexpr std::int64_t kRegexMemory = std::int64_t{1} << 20;

bool Less(const Literal& a, const Literal& b) { return Compare(a.view(), b.view()) < 0; }
bool Same(const Literal& a, const Literal& b) { return Compare(a.view(), b.view()) == 0; }

bool IsOrderedMethod(Method method) {
  return method == Method::kBetween || method == Method::kNotBetween;
}

void SortDistinct(std::vector<Literal>& values) {
  if (values.size() < 2) return;
  std::sort(values.begin(), values.end(), Less);
  values.erase(std::unique(values.begin(), values.end(), Same), values.end());
}

}  // namespace

Condition::Condition(Attribute attribute, Method method, std::vector<Literal> values)
    : attribute_(std::move(attribute)), method_(method), values_(std::move(values)) {
  if (!IsOrderedMethod(method_)) SortDistinct(values_);
}

Condition::Condition(Attribute attribute, Literal pattern, std::unique_ptr<const re2::RE2> regex)
    : attribute_(std::move(attribute)), method_(Method::kRegex), regex_(std::move(regex)) {
  values_.push_back(std::move(pattern));
}

Condition::~Condition() = default;

bool Condition::Matches(const Presence& record) const {
  if (attribute_.kind == Attribute::Kind::kStatus && method_ == Method::kEqual) {
    return IsAmongValues(FilterValue::Text(record.status()));  // the commonest query
  }
  JsonScalar scratch;
  return Holds(ValueOf(record, attribute_, scratch));
}

bool Condition::Holds(const FilterValue& value) const {
  if (value.kind == FilterValue::Kind::kAbsent) return method_ == Method::kIsNull;
  switch (method_) {
    case Method::kIsNull:
      return false;
    case Method::kIsNotNull:
      return true;
    case Method::kEqual:
      return IsAmongValues(value);
    case Method::kNotEqual:
      return !IsAmongValues(value);
    case Method::kLessThan:
    case Method::kLessThanEqual:
    case Method::kGreaterThan:
    case Method::kGreaterThanEqual:
    case Method::kBetween:
    case Method::kNotBetween:
      return OrderHolds(value);
    default:
      return value.kind == FilterValue::Kind::kText && TextHolds(value.text);
  }
}

bool Condition::OrderHolds(const FilterValue& value) const {
  if (value.kind != values_[0].kind) return false;
  const int to_first = Compare(value, values_[0].view());
  switch (method_) {
    case Method::kLessThan:
      return to_first < 0;
    case Method::kLessThanEqual:
      return to_first <= 0;
    case Method::kGreaterThan:
      return to_first > 0;
    case Method::kGreaterThanEqual:
      return to_first >= 0;
    default: {
      const bool inside = to_first >= 0 && Compare(value, values_[1].view()) <= 0;
      return inside == (method_ == Method::kBetween);
    }
  }
}

bool Condition::TextHolds(absl::string_view text) const {
  const std::string& first = values_[0].text;
  switch (method_) {
    case Method::kContains:
    case Method::kContainsAny:
      return ContainsAnyValue(text);
    case Method::kNotContains:
      return !ContainsAnyValue(text);
    case Method::kContainsAll:
      return std::all_of(values_.begin(), values_.end(), [text](const Literal& value) {
        return absl::StrContains(text, value.text);
      });
    case Method::kStartsWith:
      return absl::StartsWith(text, first);
    case Method::kNotStartsWith:
      return !absl::StartsWith(text, first);
    case Method::kEndsWith:
      return absl::EndsWith(text, first);
    case Method::kNotEndsWith:
      return !absl::EndsWith(text, first);
    case Method::kRegex:
      return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
    default:
      return false;
  }
}

bool Condition::IsAmongValues(const FilterValue& value) const {
  if (values_.size() == 1) return Compare(values_[0].view(), value) == 0;
  const auto found = std::lower_bound(
      values_.begin(), values_.end(), value,
      [](const Literal& literal, const FilterValue& v) { return Compare(literal.view(), v) < 0; });
  return found != values_.end() && Compare(found->view(), value) == 0;
}

bool Condition::ContainsAnyValue(absl::string_view text) const {
  return std::any_of(values_.begin(), values_.end(),
                     [text](const Literal& value) { return absl::StrContains(text, value.text); });
}

void Condition::AppendCanonical(std::string& out) const {
  presences::AppendCanonical(attribute_, out);
  // contains and containsAny are two names of one condition.
  const Method method = method_ == Method::kContains ? Method::kContainsAny : method_;
  absl::StrAppend(&out, ".", MethodName(method), "(");
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (i > 0) out += ",";
    presences::AppendCanonical(values_[i], out);
  }
  out += ")";
}

bool Condition::IsEquality() const {
  return method_ == Method::kEqual && IsIndexable(attribute_.kind);
}

void Condition::AppendEqualities(std::vector<IndexableEquality>& out) const {
  if (!IsEquality()) return;
  IndexableEquality equality{attribute_, {}};
  std::string key;
  for (const Literal& value : values_) {
    if (KeyOf(attribute_.kind, value.view(), &key)) equality.values.push_back(key);
  }
  std::sort(equality.values.begin(), equality.values.end());
  out.push_back(std::move(equality));
}

absl::StatusOr<std::unique_ptr<const re2::RE2>> CompileRegex(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(kRegexMemory);
  auto regex = std::make_unique<const re2::RE2>(pattern, options);
  if (!regex->ok()) return absl::InvalidArgumentError(regex->error());
  return regex;
}

}  // namespace presences
