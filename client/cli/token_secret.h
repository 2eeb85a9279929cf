// TokenSecret: --secret and --secret_file, the secret that signs user tokens.
//
// Threads: plain data.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace CLI {
class App;
}

namespace presences::cli {

struct TokenSecret {
  std::string text;
  std::string file;

  void AddTo(CLI::App& command);
  bool given() const { return !text.empty() || !file.empty(); }
  // As the server reads it: without the line end of its file. INVALID_ARGUMENT: none, or empty, or
  // not to be read.
  absl::StatusOr<std::string> Read() const;
};

}  // namespace presences::cli
