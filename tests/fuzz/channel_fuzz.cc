// Channels: the first line is a record's id, the others are names. The strict and the lenient
// parser hear alike, and the canonical text stands for the same set.

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "server/core/channel.h"
#include "tests/fuzz/fuzz.h"

namespace {

using presences::ChannelSet;
using presences::EventAction;

void CheckHearAlike(const ChannelSet& a, const ChannelSet& b, absl::string_view id) {
  for (const EventAction action :
       {EventAction::kUpsert, EventAction::kUpdate, EventAction::kDelete}) {
    PRESENCES_CHECK(a.Hears(id, action) == b.Hears(id, action));
  }
  PRESENCES_CHECK(a.covers_all_records() == b.covers_all_records());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> names = absl::StrSplit(presences::fuzz::Text(data, size), '\n');
  const std::string id = names.front();
  names.erase(names.begin());
  const ChannelSet lenient = ChannelSet::ParseLenient(names);
  const auto strict = ChannelSet::Parse(names, 100);
  if (strict.ok()) {
    CheckHearAlike(*strict, lenient, id);
    PRESENCES_CHECK(strict->Canonical() == lenient.Canonical());
  }
  const std::vector<std::string> canonical =
      absl::StrSplit(lenient.Canonical(), ',', absl::SkipEmpty());
  const ChannelSet again = ChannelSet::ParseLenient(canonical);
  CheckHearAlike(again, lenient, id);
  PRESENCES_CHECK(again.Canonical() == lenient.Canonical());
  return 0;
}
