// MetricsPage: every metric that the program declares, as a page of documentation.
//
// Threads: any.
#pragma once

#include <string>

namespace presences::ops {

// Markdown, by name; docs/metrics.md is this text.
std::string MetricsPage();

}  // namespace presences::ops
