#include "server/core/query_compiler.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "server/core/filter_condition.h"
#include "server/core/filter_logic.h"
#include "server/core/filter_socket.h"
#include "server/core/query.h"
#include "server/core/query_attribute.h"
#include "server/core/query_values.h"
#include "server/core/time_format.h"

namespace presences {
namespace {

// select names columns, which responses do not have; ["*"] asks for what everyone gets.
bool IsSelectAll(const RawQuery& raw) {
  return raw.values.size() == 1 && raw.values[0].kind == RawValue::Kind::kLiteral &&
         raw.values[0].literal.text == "*";
}

FilterNodePtr Constant(bool matches) { return std::make_shared<ConstantFilter>(matches); }

absl::Status RefuseCount(const RawQuery& raw, const MethodRow& method, std::size_t min,
                         std::size_t max, const QueryPath& path) {
  std::string needed = min == max ? absl::StrCat("exactly ", min) : absl::StrCat(min, " to ", max);
  if (max == 0) needed = "no";
  return RefuseQuery(path,
                     absl::StrCat(method.name, " takes ", needed, max == 1 ? " value" : " values",
                                  "; this one has ", raw.values.size()));
}

absl::Status RefuseUnknownMethod(const RawQuery& raw, bool socket, const QueryPath& path) {
  if (raw.method == "search" || raw.method == "notSearch") {
    return RefuseQuery(path, absl::StrCat(raw.method,
                                          " needs a full-text index, which presences "
                                          "do not have; use contains or regex"));
  }
  return RefuseQuery(path, absl::StrCat("unknown method ", QuoteForMessage(raw.method),
                                        "; use one of ", MethodNames(socket)));
}

absl::Status RefuseNonFilter(const MethodRow& method, const QueryPath& path) {
  return RefuseQuery(
      path, absl::StrCat(method.name, " is no filter; ",
                         path.parent == nullptr ? "a subscription takes filters only, remove it"
                                                : "move it out of the and/or"));
}

absl::Status CheckSelect(const RawQuery& raw, QueryDialect dialect, const QueryPath& path) {
  if (dialect == QueryDialect::kList) {
    return RefuseQuery(path, "select is not supported, records are always whole; remove it");
  }
  if (IsSelectAll(raw)) return absl::OkStatus();
  return RefuseQuery(path,
                     "select takes [\"*\"] only, records are always whole; send that or remove it");
}

// A date equals the payload's text only in exactly the form that the payload has.
std::optional<Literal> PayloadTime(const std::string& text) {
  const std::optional<TimePoint> time = ParseTime(text);
  if (!time || FormatTime(*time) != text) return std::nullopt;
  return Literal::Whole(time->time_since_epoch().count());
}

// The socket's strict equality: values of another type, which equal nothing, fall away.
FilterNodePtr SocketEquality(Attribute attribute, Method method, std::vector<Literal> values) {
  const bool date = ValueRuleOf(attribute.kind) == ValueRule::kTime;
  std::vector<Literal> comparable;
  for (Literal& value : values) {
    if (value.kind != FilterValue::Kind::kText) continue;
    if (!date) {
      comparable.push_back(std::move(value));
    } else if (std::optional<Literal> time = PayloadTime(value.text)) {
      comparable.push_back(*std::move(time));
    }
  }
  if (comparable.empty()) return Constant(method == Method::kNotEqual);
  return std::make_shared<Condition>(std::move(attribute), method, std::move(comparable));
}

// A field that is present but equals no scalar, and has no order.
bool OpaqueMatches(Method method) {
  return method == Method::kNotEqual || method == Method::kIsNotNull;
}

}  // namespace

absl::StatusOr<const MethodRow*> QueryCompiler::CheckMethod(const RawQuery& raw,
                                                            const QueryPath& path) const {
  const bool socket = dialect_ == QueryDialect::kSocket;
  const MethodRow* method = FindMethod(raw.method);
  if (method == nullptr) return RefuseUnknownMethod(raw, socket, path);
  if (method->group == MethodGroup::kSelect) {
    const absl::Status status = CheckSelect(raw, dialect_, path);
    if (!status.ok()) return status;
    return method;
  }
  const bool filters_only = dialect_ != QueryDialect::kList || path.parent != nullptr;
  if (filters_only && !method->is_filter()) return RefuseNonFilter(*method, path);
  if (socket && !method->socket) {
    return RefuseQuery(path, absl::StrCat(method->name,
                                          " is not available on the socket; use one "
                                          "of ",
                                          MethodNames(true)));
  }
  // On the socket `and` and `or` may be empty, and every comparison takes a list.
  const bool logic = method->group == MethodGroup::kLogic;
  const std::size_t min = socket && logic ? 0 : method->min_values;
  const std::size_t max = socket && method->max_values > 0 ? kMaxQueryValues : method->max_values;
  if (raw.values.size() < min || raw.values.size() > max) {
    return RefuseCount(raw, *method, min, max, path);
  }
  return method;
}

absl::StatusOr<Attribute> QueryCompiler::AttributeOf(const RawQuery& raw,
                                                     const QueryPath& path) const {
  return ParseAttribute(path.Text(), raw.attribute, indexed_metadata_);
}

absl::StatusOr<FilterNodePtr> QueryCompiler::Compile(RawQuery raw, const MethodRow& method,
                                                     const QueryPath& path) {
  if (++conditions_ > kMaxConditions) {
    return RefuseQuery(path, absl::StrCat("more than ", kMaxConditions,
                                          " conditions in one "
                                          "request; use equal with several values"));
  }
  if (method.group == MethodGroup::kSelect) return Constant(true);
  if (method.group == MethodGroup::kLogic) return CompileLogic(std::move(raw), method, path);
  if (dialect_ == QueryDialect::kSocket) return CompileOnSocket(std::move(raw), method, path);
  return CompileCondition(std::move(raw), method, path);
}

absl::StatusOr<FilterNodePtr> QueryCompiler::CompileLogic(RawQuery raw, const MethodRow& method,
                                                          const QueryPath& path) {
  std::vector<FilterNodePtr> children;
  children.reserve(raw.values.size());
  for (std::size_t i = 0; i < raw.values.size(); ++i) {
    absl::StatusOr<FilterNodePtr> child =
        CompileChild(std::move(raw.values[i]), method, {i, &path});
    if (!child.ok()) return child.status();
    children.push_back(*std::move(child));
  }
  if (method.method == Method::kAnd) return std::make_shared<AndFilter>(std::move(children));
  return std::make_shared<OrFilter>(std::move(children));
}

absl::StatusOr<FilterNodePtr> QueryCompiler::CompileChild(RawValue value, const MethodRow& method,
                                                          const QueryPath& path) {
  if (value.kind != RawValue::Kind::kQuery) {
    return RefuseQuery(path, absl::StrCat("is ", DescribeValue(value), ", but ", method.name,
                                          " combines filters; send query objects"));
  }
  absl::StatusOr<const MethodRow*> child_method = CheckMethod(*value.query, path);
  if (!child_method.ok()) return child_method.status();
  return Compile(std::move(*value.query), **child_method, path);
}

absl::StatusOr<FilterNodePtr> QueryCompiler::CompileCondition(RawQuery raw, const MethodRow& method,
                                                              const QueryPath& path) {
  absl::StatusOr<Attribute> attribute = AttributeOf(raw, path);
  if (!attribute.ok()) return attribute.status();
  absl::StatusOr<std::vector<Literal>> values =
      TypedValues(std::move(raw), method, *attribute, path);
  if (!values.ok()) return values.status();
  if (method.method == Method::kRegex) {
    return CompileRegexCondition(*std::move(attribute), std::move(values->front()), path);
  }
  return std::make_shared<Condition>(*std::move(attribute), method.method, *std::move(values));
}

absl::StatusOr<FilterNodePtr> QueryCompiler::CompileRegexCondition(Attribute attribute,
                                                                   Literal pattern,
                                                                   const QueryPath& path) {
  if (++regexes_ > kMaxRegexes) {
    return RefuseQuery(path, absl::StrCat("more than ", kMaxRegexes,
                                          " regex conditions in one "
                                          "request; join the patterns with |"));
  }
  absl::StatusOr<std::unique_ptr<const re2::RE2>> regex = CompileRegex(pattern.text);
  if (!regex.ok()) {
    return RefuseQuery(path, absl::StrCat("values[0] is no RE2 regular expression (",
                                          absl::string_view(regex.status().message()),
                                          "); correct ", QuoteForMessage(pattern.text)));
  }
  return std::make_shared<Condition>(std::move(attribute), std::move(pattern), *std::move(regex));
}

absl::StatusOr<FilterNodePtr> QueryCompiler::CompileOnSocket(RawQuery raw, const MethodRow& method,
                                                             const QueryPath& path) {
  if (raw.attribute.empty()) return AttributeOf(raw, path).status();
  SocketAttribute found = ParseSocketAttribute(raw.attribute);
  absl::StatusOr<std::vector<Literal>> values = LooseValues(std::move(raw), path);
  if (!values.ok()) return values.status();
  switch (found.kind) {
    case SocketAttribute::Kind::kUnknown:
      return Constant(false);
    case SocketAttribute::Kind::kOpaque:
      return Constant(OpaqueMatches(method.method));
    case SocketAttribute::Kind::kComparable:
      break;
  }
  switch (method.group) {
    case MethodGroup::kNull:
      return Constant(method.method == Method::kIsNotNull);
    case MethodGroup::kEquality:
      return SocketEquality(std::move(found.attribute), method.method, *std::move(values));
    default:
      return std::make_shared<SocketComparison>(std::move(found.attribute), method.method,
                                                *std::move(values));
  }
}

}  // namespace presences
