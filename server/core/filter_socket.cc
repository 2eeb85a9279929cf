#include "server/core/filter_socket.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/core/time_format.h"

namespace presences {
namespace {

// Payload text of a text attribute or a date. `scratch` holds formatted dates.
absl::string_view PayloadText(const Presence& record, const Attribute& attribute,
                              std::string& scratch) {
  JsonScalar unused;
  const FilterValue value = ValueOf(record, attribute, unused);
  if (value.kind == FilterValue::Kind::kText) return value.text;
  scratch = FormatTime(TimePoint(std::chrono::milliseconds(value.number.integer)));
  return scratch;
}

bool Holds(Method method, int comparison) {
  switch (method) {
    case Method::kLessThan:
      return comparison < 0;
    case Method::kLessThanEqual:
      return comparison <= 0;
    case Method::kGreaterThan:
      return comparison > 0;
    case Method::kGreaterThanEqual:
      return comparison >= 0;
    default:
      return false;
  }
}

}  // namespace

std::optional<Number> NumericText(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  // Keeps out what SimpleAtod reads beyond decimal numbers: inf, nan, hexadecimal.
  if (text.find_first_not_of("0123456789.eE+-") != absl::string_view::npos) return std::nullopt;
  std::int64_t whole = 0;
  if (absl::SimpleAtoi(text, &whole)) return Number::Of(whole);
  double real = 0;
  if (absl::SimpleAtod(text, &real)) return Number::Of(real);
  return std::nullopt;
}

SocketComparison::SocketComparison(Attribute attribute, Method method, std::vector<Literal> values)
    : attribute_(std::move(attribute)), method_(method), values_(std::move(values)) {
  for (const Literal& value : values_) {
    if (value.kind == FilterValue::Kind::kText) {
      operands_.push_back({value.text, NumericText(value.text)});
    } else if (value.kind == FilterValue::Kind::kNumber) {
      operands_.push_back({NumberText(value.number), value.number});
    }
  }
}

bool SocketComparison::Matches(const Presence& record) const {
  std::string scratch;
  const absl::string_view text = PayloadText(record, attribute_, scratch);
  const std::optional<Number> number = NumericText(text);
  return std::any_of(operands_.begin(), operands_.end(), [&](const Operand& operand) {
    const int comparison =
        number && operand.number ? Compare(*number, *operand.number) : text.compare(operand.text);
    return Holds(method_, comparison);
  });
}

void SocketComparison::AppendCanonical(std::string& out) const {
  out += "payload.";
  presences::AppendCanonical(attribute_, out);
  std::vector<std::string> texts(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) presences::AppendCanonical(values_[i], texts[i]);
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  absl::StrAppend(&out, ".", MethodName(method_), "(", absl::StrJoin(texts, ","), ")");
}

}  // namespace presences
