#include "server/auth/sha256.h"

#include <openssl/evp.h>

#include "server/base/check.h"

namespace presences::auth {
namespace {

// Fetching the algorithm costs more than hashing a key, so it is done once for ever.
const EVP_MD* Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

struct Context {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(context); }
};

}  // namespace

Digest DigestOf(absl::string_view text) {
  thread_local const Context own;
  Digest digest;
  const bool done = EVP_DigestInit_ex2(own.context, Algorithm(), nullptr) == 1 &&
                    EVP_DigestUpdate(own.context, text.data(), text.size()) == 1 &&
                    EVP_DigestFinal_ex(own.context, digest.data(), nullptr) == 1;
  PRESENCES_CHECK(done);
  return digest;
}

}  // namespace presences::auth
