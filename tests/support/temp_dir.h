// TempDir: a folder of its own for a test, removed with everything in it.
//
// Threads: confined to the owner.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "server/base/check.h"

namespace presences::testing {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "presences-XXXXXX").string();
    PRESENCES_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string Sub(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace presences::testing
