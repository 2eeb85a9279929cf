#include "proto/plugin/http_rule.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/api/annotations.pb.h"
#include "proto/plugin/field.h"

namespace presences::plugin {
namespace {

using google::api::HttpRule;
using google::protobuf::MethodDescriptor;

absl::Status Refuse(const MethodDescriptor& method, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(method.full_name(), ": ", why));
}

// The HTTP method and the path of a rule; an empty method for what is not supported.
std::pair<std::string, std::string> PatternOf(const HttpRule& rule) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet:
      return {"GET", rule.get()};
    case HttpRule::kPut:
      return {"PUT", rule.put()};
    case HttpRule::kPost:
      return {"POST", rule.post()};
    case HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    case HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    default:
      return {"", ""};
  }
}

// Finds the field of a segment such as `{presence_id}` or `{presence_id}:verb`.
absl::StatusOr<const FieldDescriptor*> VariableOf(const MethodDescriptor& method,
                                                  absl::string_view segment) {
  const std::size_t end = segment.find('}');
  if (end == absl::string_view::npos) return Refuse(method, "a '{' without '}' in the path");
  const absl::string_view rest = segment.substr(end + 1);
  if (!rest.empty() && rest.front() != ':') return Refuse(method, "text after a variable");
  const std::string name(segment.substr(1, end - 1));
  const FieldDescriptor* field = method.input_type()->FindFieldByName(name);
  if (field == nullptr) return Refuse(method, absl::StrCat("no field '", name, "' in the request"));
  if (field->is_repeated() || !IsScalar(KindOf(*field))) {
    return Refuse(method, absl::StrCat("field '", name, "' does not fit into a path"));
  }
  return field;
}

absl::StatusOr<Binding> Convert(const MethodDescriptor& method, const HttpRule& rule) {
  Binding binding;
  std::tie(binding.method, binding.path) = PatternOf(rule);
  if (binding.method.empty()) return Refuse(method, "only get, put, post, patch and delete");
  if (!absl::StartsWith(binding.path, "/")) return Refuse(method, "the path must begin with '/'");
  if (!rule.body().empty() && rule.body() != "*") return Refuse(method, "body must be \"*\"");
  if (!rule.response_body().empty()) return Refuse(method, "response_body is not supported");
  if (absl::StrContains(binding.path, '*')) return Refuse(method, "no patterns in the path");
  binding.has_body = rule.body() == "*";
  for (const absl::string_view segment : absl::StrSplit(binding.path.substr(1), '/')) {
    if (!absl::StrContains(segment, '{')) continue;
    if (segment.front() != '{') return Refuse(method, "text before a variable");
    const auto variable = VariableOf(method, segment);
    if (!variable.ok()) return variable.status();
    binding.variables.push_back(*variable);
  }
  return binding;
}

}  // namespace

absl::StatusOr<std::vector<Binding>> BindingsOf(const MethodDescriptor& method) {
  std::vector<Binding> bindings;
  if (!method.options().HasExtension(google::api::http)) return bindings;
  if (method.client_streaming()) return Refuse(method, "a client's stream has no HTTP form");
  if (!IsReadable(*method.input_type())) {
    return Refuse(method, "the request holds a google.rpc.Status, which cannot be read");
  }
  const HttpRule& rule = method.options().GetExtension(google::api::http);
  std::vector<const HttpRule*> rules = {&rule};
  for (const HttpRule& more : rule.additional_bindings()) rules.push_back(&more);
  for (const HttpRule* one : rules) {
    auto binding = Convert(method, *one);
    if (!binding.ok()) return binding.status();
    bindings.push_back(*std::move(binding));
  }
  return bindings;
}

}  // namespace presences::plugin
