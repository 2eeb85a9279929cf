// Permissions, one a line: what is accepted is in normal form and stays so.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "server/core/permission.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> entries = absl::StrSplit(presences::fuzz::Text(data, size), '\n');
  const auto normalized = presences::NormalizePermissions(entries);
  if (!normalized.ok()) return 0;
  PRESENCES_CHECK(normalized->size() <= 2 * presences::kMaxPermissions);
  PRESENCES_CHECK(std::is_sorted(normalized->begin(), normalized->end()));
  for (const std::string& permission : *normalized) {
    PRESENCES_CHECK(permission.size() <= presences::kMaxPermissionSize);
  }
  if (normalized->size() > presences::kMaxPermissions) return 0;
  const auto again = presences::NormalizePermissions(*normalized);
  PRESENCES_CHECK(again.ok() && *again == *normalized);
  return 0;
}
