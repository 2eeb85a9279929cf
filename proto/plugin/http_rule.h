// Bindings: what google.api.http says about a method, checked and taken apart.
//
// Threads: any (pure functions).
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace presences::plugin {

struct Binding {
  std::string method;  // "GET", "PUT", "POST", "PATCH" or "DELETE"
  std::string path;    // as written
  bool has_body = false;
  std::vector<const google::protobuf::FieldDescriptor*> variables;  // in the order of the path
};

// Answers the bindings of `method`, the main one first; none if it has no rule.
// INVALID_ARGUMENT: the rule uses what is not supported (custom methods, `body` of one field,
// `response_body`, patterns and nested fields in variables), names a field that is not there, or
// the method streams from the client.
absl::StatusOr<std::vector<Binding>> BindingsOf(const google::protobuf::MethodDescriptor& method);

}  // namespace presences::plugin
