// ConfigFiles: the files that a configuration names, found and read.
//
// Threads: immutable.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/config/yaml_reader.h"

namespace presences::config {

inline constexpr std::size_t kMaxConfigFile = 1024 * 1024;  // bytes; of every file named or read

// The whole of a regular file. INVALID_ARGUMENT says why it cannot be had.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

class ConfigFiles {
 public:
  // Relative paths are relative to `base_dir`; empty: the working directory.
  explicit ConfigFiles(std::string base_dir) : base_dir_(std::move(base_dir)) {}

  // The path made absolute, without dots.
  std::string Resolve(absl::string_view path) const;

  // Reads a path from `name` in `map`, and the file it names. Both stay as they are when the name
  // is missing; mistakes are reported.
  void ReadFile(YamlMap& map, const std::string& name, std::string& path, std::string& text) const;
  // As ReadFile for a secret: one trailing line end is no part of it, and it must not be empty.
  void ReadSecret(YamlMap& map, const std::string& name, std::string& path,
                  std::string& text) const;

 private:
  const std::string base_dir_;
};

}  // namespace presences::config
