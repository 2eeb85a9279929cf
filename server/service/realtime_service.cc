#include "server/service/realtime_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/core/query.h"
#include "server/service/access.h"

namespace presences::service {

RealtimeService::RealtimeService(std::vector<Project> projects, hub::Hub& hub)
    : projects_(std::move(projects)), hub_(hub) {}

absl::StatusOr<hub::SessionPtr> RealtimeService::Subscribe(const auth::Principal& principal,
                                                           RawSubscribe raw,
                                                           const StreamEncoder& encoder,
                                                           const std::string& surface,
                                                           std::shared_ptr<hub::Sink> sink) {
  if (absl::Status status = RequireRead(principal); !status.ok()) return status;
  const Project& project = projects_[principal.project];
  absl::StatusOr<ChannelSet> channels =
      ChannelSet::Parse(raw.channels, project.quota->limits().max_channels_per_subscription);
  if (!channels.ok()) return channels.status();
  absl::StatusOr<FilterSet> filters =
      ParseWatchQueries(raw.queries, project.rules->indexed_metadata, WatchDialect::kFull);
  if (!filters.ok()) return filters.status();
  if (raw.max_batch < 0 || raw.max_batch > kMaxChangesPerMessage) {
    return InvalidField("maxBatch", absl::StrCat("must be 1 to ", kMaxChangesPerMessage,
                                                 ", or 0 for the default, got ", raw.max_batch));
  }
  hub::Subscription subscription;
  subscription.project = principal.project;
  subscription.viewer = {principal.caller, *std::move(channels), *std::move(filters),
                         raw.skip_unchanged};
  subscription.encoder = &encoder;
  subscription.resume_token = std::move(raw.resume_token);
  subscription.snapshot = raw.snapshot.value_or(true);
  subscription.max_batch =
      static_cast<std::size_t>(raw.max_batch == 0 ? kMaxChangesPerMessage : raw.max_batch);
  subscription.validity = principal.validity();
  subscription.surface = surface;
  return hub_.Open(std::move(subscription), std::move(sink));
}

}  // namespace presences::service
