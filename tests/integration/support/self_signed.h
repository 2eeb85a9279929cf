// SelfSigned: a certificate and its key as PEM files, made on the spot.
//
// Threads: confined to one test.
#pragma once

#include <string>

namespace presences::testing {

struct SelfSigned {
  // Makes both files in `folder`, for the host `name`, which is also the subject.
  SelfSigned(const std::string& folder, const std::string& name);

  std::string cert_file;
  std::string key_file;
};

}  // namespace presences::testing
