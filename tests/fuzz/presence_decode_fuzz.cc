// Stored records: arbitrary bytes are refused, or are a record that encodes to the same bytes.

#include "server/core/permission.h"
#include "server/core/presence.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view bytes = presences::fuzz::Text(data, size);
  const presences::PresencePtr record = presences::Presence::Decode(bytes);
  if (!record) return 0;
  PRESENCES_CHECK(record->Encode() == bytes);
  PRESENCES_CHECK(record->SameContent(*presences::Presence::Make(record->fields())));
  presences::MayRead(*record, presences::Caller());
  return 0;
}
