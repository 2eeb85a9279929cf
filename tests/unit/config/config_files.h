// The files that the configurations of these tests name, made afresh by OpenSSL.
//
// Threads: confined to one test.
#pragma once

#include <string>

#include "tests/support/temp_dir.h"

namespace presences::testing {

// A folder with cert.pem, key.pem (its key), ca.pem, other_key.pem, jwks.json (one ES256 key),
// jwt.secret, redis.password, line_end, nothing and pipe.
class ConfigFolder {
 public:
  ConfigFolder();

  const std::string& path() const { return folder_.path(); }
  std::string Sub(const std::string& name) const { return folder_.Sub(name); }
  void Write(const std::string& name, const std::string& text) const;

 private:
  void WriteKeys() const;

  TempDir folder_;
};

std::string ReadTestFile(const std::string& path);

}  // namespace presences::testing
