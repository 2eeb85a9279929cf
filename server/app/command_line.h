// CommandLine: the flags of presenced, as values.
//
// Threads: one at a time, at start.
#pragma once

#include <optional>
#include <string>

namespace presences::app {

struct CommandLine {
  std::string config;    // --config=FILE
  bool dev = false;      // --dev
  std::string data_dir;  // --data_dir, or its default
  bool data_dir_given = false;
  std::optional<std::string> grpc_address;
  std::optional<std::string> http_address;
  std::optional<std::string> metrics_address;
  bool check_config = false;
  bool print_config = false;
  bool print_metrics = false;
  std::string log_format;  // "json", "text", or empty: text on a terminal
};

// Parses argv. Unknown flags and stray words end the process with exit code 2; --help and
// --version with 0.
CommandLine ParseCommandLine(int argc, char** argv);

}  // namespace presences::app
