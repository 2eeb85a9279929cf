// The YAML document of a file, as a tree.
//
// Threads: any (pure functions).
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>

#include "absl/strings/string_view.h"
#include "server/config/error_list.h"

namespace presences::config {

// nullopt after it has reported why: not YAML, no document, or more than one.
std::optional<YAML::Node> ReadDocument(absl::string_view text, ErrorList& errors);

}  // namespace presences::config
