// Route code: the C++ table of a service's routes.
//
// Threads: any (pure functions).
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

#include "absl/status/status.h"
#include "proto/plugin/code.h"

namespace presences::plugin {

// "PresencesRoutes", the function that answers the table of `service`.
std::string RoutesFunction(const google::protobuf::ServiceDescriptor& service);

// The table, what its entries point to, and the function.
// INVALID_ARGUMENT: what BindingsOf says.
absl::Status AddRoutes(const google::protobuf::ServiceDescriptor& service, Code& code);

}  // namespace presences::plugin
