#include "server/core/query_text.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/core/query_method.h"
#include "simdjson.h"

namespace presences {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kQuotedBytes = 64;
// A parser keeps the memory of the largest text it saw; a thread keeps one for ordinary texts.
constexpr std::size_t kReusedParserBytes = std::size_t{16} << 10;
constexpr absl::string_view kExample =
    "send an object like {\"method\":\"equal\",\"attribute\":\"status\",\"values\":[\"online\"]}";

absl::Status RefuseShape(const QueryPath& path, absl::string_view rule) {
  return RefuseQuery(path, absl::StrCat(rule, "; ", kExample));
}

// The members of one query object; unset when absent or null.
struct Members {
  dom::element method;
  dom::element attribute;
  dom::element values;
  bool has_method = false;
  bool has_attribute = false;
  bool has_values = false;
};

Members ReadMembers(dom::object object) {
  Members members;
  for (const dom::key_value_pair& member : object) {
    const bool present = !member.value.is_null();
    if (member.key == "method") {
      members.method = member.value;
      members.has_method = present;
    } else if (member.key == "attribute") {
      members.attribute = member.value;
      members.has_attribute = present;
    } else if (member.key == "values") {
      members.values = member.value;
      members.has_values = present;
    }
  }
  return members;
}

absl::StatusOr<RawQuery> ReadQuery(dom::element element, const QueryPath& path, int depth);

absl::StatusOr<RawValue> ReadValue(dom::element element, const QueryPath& path, int depth) {
  RawValue value;
  value.kind = RawValue::Kind::kLiteral;
  switch (element.type()) {
    case dom::element_type::STRING:
      value.literal = Literal::Text(std::string(element.get_string().value_unsafe()));
      break;
    case dom::element_type::INT64:
      value.literal = Literal::Whole(element.get_int64().value_unsafe());
      break;
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
      value.literal.kind = FilterValue::Kind::kNumber;
      value.literal.number = Number::Of(element.get_double().value_unsafe());
      break;
    case dom::element_type::BOOL:
      value.literal.kind = FilterValue::Kind::kBool;
      value.literal.boolean = element.get_bool().value_unsafe();
      break;
    case dom::element_type::NULL_VALUE:
      value.kind = RawValue::Kind::kNull;
      break;
    case dom::element_type::ARRAY:
      value.kind = RawValue::Kind::kList;
      break;
    case dom::element_type::OBJECT: {
      absl::StatusOr<RawQuery> child = ReadQuery(element, path, depth + 1);
      if (!child.ok()) return child.status();
      value.kind = RawValue::Kind::kQuery;
      value.query = std::make_unique<RawQuery>(*std::move(child));
      break;
    }
  }
  return value;
}

absl::Status ReadValues(dom::element element, const QueryPath& path, int depth, RawQuery& query) {
  dom::array values;
  if (element.get_array().get(values) != simdjson::SUCCESS) {
    return RefuseShape(path, "\"values\" must be a list");
  }
  if (values.size() > kMaxQueryValues) {
    return RefuseQuery(path,
                       absl::StrCat("more than ", kMaxQueryValues, " values; split the query"));
  }
  query.values.reserve(values.size());
  for (const dom::element item : values) {
    absl::StatusOr<RawValue> value = ReadValue(item, {query.values.size(), &path}, depth);
    if (!value.ok()) return value.status();
    query.values.push_back(*std::move(value));
  }
  return absl::OkStatus();
}

absl::StatusOr<RawQuery> ReadQuery(dom::element element, const QueryPath& path, int depth) {
  if (depth > kMaxQueryDepth) {
    return RefuseQuery(path, absl::StrCat("nested deeper than ", kMaxQueryDepth,
                                          " levels; flatten the and/or conditions"));
  }
  dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) {
    return RefuseShape(path, "not a JSON object");
  }
  const Members members = ReadMembers(object);
  std::string_view text;
  if (!members.has_method || members.method.get_string().get(text) != simdjson::SUCCESS) {
    return RefuseShape(path, "\"method\" must be a string");
  }
  RawQuery query;
  query.method = text;
  if (members.has_attribute) {
    if (members.attribute.get_string().get(text) != simdjson::SUCCESS) {
      return RefuseShape(path, "\"attribute\" must be a string");
    }
    query.attribute = text;
  }
  if (members.has_values) {
    const absl::Status status = ReadValues(members.values, path, depth, query);
    if (!status.ok()) return status;
  }
  return query;
}

absl::StatusOr<RawQuery> ParseWith(dom::parser& parser, absl::string_view text,
                                   const QueryPath& path) {
  dom::element root;
  const simdjson::error_code error = parser.parse(text.data(), text.size()).get(root);
  if (error != simdjson::SUCCESS) {
    return RefuseShape(path, error == simdjson::NUMBER_ERROR
                                 ? "not JSON, or a number beyond the range of a double"
                                 : "not JSON");
  }
  return ReadQuery(root, path, 1);
}

}  // namespace

std::string QueryPath::Text() const {
  if (parent == nullptr) return absl::StrCat("queries[", index, "]");
  return absl::StrCat(parent->Text(), ".values[", index, "]");
}

absl::Status RefuseQuery(const QueryPath& path, absl::string_view rule_and_fix) {
  return InvalidField(path.Text(), rule_and_fix);
}

std::string QuoteForMessage(absl::string_view text) {
  if (text.size() <= kQuotedBytes) return absl::StrCat("\"", absl::Utf8SafeCHexEscape(text), "\"");
  std::size_t end = kQuotedBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat("\"", absl::Utf8SafeCHexEscape(text.substr(0, end)), "...\"");
}

absl::StatusOr<RawQuery> ParseRawQuery(absl::string_view text, std::size_t index) {
  const QueryPath path{index};
  if (text.size() > kReusedParserBytes) {
    dom::parser parser;
    return ParseWith(parser, text, path);
  }
  thread_local dom::parser parser;
  return ParseWith(parser, text, path);
}

}  // namespace presences
