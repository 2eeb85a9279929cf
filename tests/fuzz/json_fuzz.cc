// Metadata: what is accepted is stable, small enough and can be searched.

#include <string>

#include "server/core/json.h"
#include "server/core/validate.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view text = presences::fuzz::Text(data, size);
  presences::FindInMetadata(text, "a");
  presences::FindInMetadata(text, "a.b.c");
  const auto compact = presences::CompactMetadata("metadata", text);
  if (!compact.ok()) return 0;
  PRESENCES_CHECK(compact->size() <= presences::kMaxMetadataSize);
  PRESENCES_CHECK(compact->size() <= text.size());
  PRESENCES_CHECK(presences::IsUtf8(*compact));
  const auto again = presences::CompactMetadata("metadata", *compact);
  PRESENCES_CHECK(again.ok() && *again == *compact);
  presences::FindInMetadata(*compact, "a");
  presences::FindInMetadata(*compact, "a.b.c");
  return 0;
}
