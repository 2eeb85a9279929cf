#include "server/service/unique_id.h"

#include <openssl/rand.h>

#include "absl/strings/escaping.h"
#include "server/base/check.h"

namespace presences::service {

std::string UniqueId() {
  unsigned char bytes[10];
  PRESENCES_CHECK(RAND_bytes(bytes, sizeof bytes) == 1);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes), sizeof bytes));
}

bool WantsUniqueId(absl::string_view id) { return id.empty() || id == "unique()"; }

}  // namespace presences::service
