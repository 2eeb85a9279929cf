#include "client/cli/write_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/cli/duration.h"

namespace presences::cli {

void WriteOptions::AddTo(CLI::App& command) {
  AddHeldTo(command);
  CLI::Option* for_time = command.add_option("--ttl", ttl, "Ends it after e.g. 90s, 5m or 1h30m")
                              ->type_name("DURATION")
                              ->check(DurationError);
  command.add_option("--expires_at", expires_at, "Ends it at e.g. 2030-01-31T12:00:00Z")
      ->type_name("TIME")
      ->check(MomentError)
      ->excludes(for_time);
}

void WriteOptions::AddHeldTo(CLI::App& command) {
  command.add_option("presenceId", id, "The presence: 1-36 of A-Z a-z 0-9 . _ -")->required();
  command.add_option("--status", status, "What the user is doing, e.g. online");
  command.add_option("--user", user, "The owner; needed with an API key, refused with a token");
  command.add_option("--metadata", metadata, "One JSON object")->type_name("JSON");
  CLI::Option* named =
      command
          .add_option("--permission", permissions,
                      "Who else may, e.g. 'read(\"any\")' or 'update(\"team:T\")'; repeatable")
          ->allow_extra_args(false);
  command.add_flag("--no_permissions", no_permissions, "Nobody but the owner and API keys may")
      ->excludes(named);
  command.add_option("--if_revision", if_revision,
                     "Only if it is at this revision; upsert: 0 if there is none yet");
}

template <typename Write>
void WriteOptions::SetCommon(Write& write, TimePoint now) const {
  write.id = id;
  if (!user.empty()) write.user_id = user;
  if (!metadata.empty()) write.metadata = metadata;
  if (const auto time = ParseDuration(ttl)) write.expires_at = now + *time;
  if (const auto moment = ParseMoment(expires_at)) write.expires_at = *moment;
  if (no_permissions || !permissions.empty()) write.permissions = permissions;
  write.if_revision = if_revision;
}

client::PresenceUpsert WriteOptions::ToUpsert(TimePoint now) const {
  client::PresenceUpsert upsert;
  SetCommon(upsert, now);
  upsert.status = status;
  return upsert;
}

client::PresenceUpdate WriteOptions::ToUpdate(TimePoint now) const {
  client::PresenceUpdate update;
  SetCommon(update, now);
  if (!status.empty()) update.status = status;
  return update;
}

}  // namespace presences::cli
