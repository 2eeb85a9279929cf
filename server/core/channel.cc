#include "server/core/channel.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/reason.h"
#include "server/core/validate.h"

namespace presences {
namespace {

constexpr absl::string_view kField = "channels";
constexpr absl::string_view kAll = "presences";
constexpr absl::string_view kPrefix = "presences.";
constexpr EventAction kActions[kEventActions] = {EventAction::kUpsert, EventAction::kUpdate,
                                                 EventAction::kDelete};

// `text` without a trailing ".<action>", or empty when it has none. ".create" is legal too, as
// for other kinds of channel, though no presence is ever announced so (contract 6.4).
absl::string_view WithoutAction(absl::string_view text) {
  for (const absl::string_view suffix : {".upsert", ".update", ".delete", ".create"}) {
    if (absl::ConsumeSuffix(&text, suffix)) return text;
  }
  return {};
}

bool Contains(const std::vector<std::string>& sorted, absl::string_view text) {
  const auto less = [](const std::string& a, absl::string_view b) {
    return absl::string_view(a) < b;
  };
  const auto it = std::lower_bound(sorted.begin(), sorted.end(), text, less);
  return it != sorted.end() && *it == text;
}

void SortUnique(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace

absl::string_view EventActionName(EventAction action) {
  switch (action) {
    case EventAction::kUpsert:
      return "upsert";
    case EventAction::kUpdate:
      return "update";
    case EventAction::kDelete:
      return "delete";
  }
  return "delete";
}

absl::StatusOr<ChannelSet> ChannelSet::Parse(absl::Span<const std::string> channels,
                                             std::size_t max_channels) {
  if (channels.empty()) {
    return InvalidField(kField, "must name at least one channel; use presences for all");
  }
  if (max_channels != 0 && channels.size() > max_channels) {
    return MakeError(Reason::kGeneralResourceLimitExceeded,
                     absl::StrCat(kField, ": at most ", max_channels,
                                  " per subscription (max_channels_per_subscription), got ",
                                  channels.size(), "; use presences for all, or subscribe twice"),
                     {{"field", kField}, {"limit", "max_channels_per_subscription"}});
  }
  ChannelSet set;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (set.Add(channels[i])) continue;
    return InvalidField(absl::StrCat(kField, "[", i, "]"),
                        "is no presences channel; use presences, presences.ID, presences.ACTION "
                        "or presences.ID.ACTION with the action upsert, update or delete");
  }
  set.Sort();
  return set;
}

ChannelSet ChannelSet::ParseLenient(absl::Span<const std::string> channels) {
  ChannelSet set;
  for (const std::string& channel : channels) set.Add(channel);
  set.Sort();
  return set;
}

bool ChannelSet::Add(const std::string& name) {
  if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
  if (name == kAll) {
    all_ = true;
    return true;
  }
  absl::string_view rest = name;
  if (!absl::ConsumePrefix(&rest, kPrefix)) return false;
  // One name may be read both ways: `presences.a.update` is the record "a.update" as well as the
  // updates of "a". It hears both.
  const bool is_id = IsUid(rest);
  if (!is_id && !IsUid(WithoutAction(rest))) return false;
  if (is_id) record_ids_.emplace_back(rest);
  sorted_.emplace_back(rest);
  for (const EventAction action : kActions) {
    if (rest == EventActionName(action)) actions_[static_cast<std::size_t>(action)] = true;
  }
  return true;
}

void ChannelSet::Sort() {
  SortUnique(sorted_);
  SortUnique(record_ids_);
}

bool ChannelSet::Hears(absl::string_view presence_id, EventAction action) const {
  if (all_ || actions_[static_cast<std::size_t>(action)]) return true;
  if (sorted_.empty() || presence_id.size() > kMaxIdSize) return false;
  if (Contains(sorted_, presence_id)) return true;

  // presences.P.A, put together without an allocation: this runs for every change and audience.
  char text[kMaxIdSize + sizeof(".upsert")];
  const absl::string_view name = EventActionName(action);
  char* end = std::copy(presence_id.begin(), presence_id.end(), text);
  *end++ = '.';
  end = std::copy(name.begin(), name.end(), end);
  return Contains(sorted_, absl::string_view(text, static_cast<std::size_t>(end - text)));
}

std::string ChannelSet::Canonical() const {
  if (all_) return std::string(kAll);
  std::string text;
  // No name in the list contains a comma.
  for (const std::string& name : sorted_) {
    absl::StrAppend(&text, text.empty() ? "" : ",", kPrefix, name);
  }
  return text;
}

}  // namespace presences
