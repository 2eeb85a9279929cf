// OpenAPI: the document of all services, as OpenAPI 3.1.
//
// Threads: any (pure functions).
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace presences::plugin {

struct DocumentInfo {
  std::string title;
  std::string version;
};

// Answers the document of the services in `files`, without white space.
// INVALID_ARGUMENT: what BindingsOf says.
absl::StatusOr<std::string> MakeOpenApi(
    const std::vector<const google::protobuf::FileDescriptor*>& files, const DocumentInfo& info);

}  // namespace presences::plugin
