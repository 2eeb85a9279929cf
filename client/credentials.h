// Credentials: who calls, and in which project.
//
// Threads: plain data.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"

namespace presences::client {

struct Credentials {
  std::string project = {};  // empty: the only one the server has
  std::string api_key = {};
  std::string token = {};  // a user's JWT; the server prefers the key when both are given
};

// Asked before every call and every new connection of a stream, so that short-lived tokens can be
// replaced. Called on the calling thread.
using CredentialSource = std::function<Credentials()>;

// INVALID_ARGUMENT names the credential that no header can carry, such as a key that was read
// from a file together with its newline.
absl::Status CheckCredentials(const Credentials& credentials);

}  // namespace presences::client
