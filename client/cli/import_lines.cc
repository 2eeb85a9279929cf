#include "client/cli/import_lines.h"

#include "absl/strings/str_cat.h"
#include "proto/runtime/json_reader.h"

namespace presences::cli {
namespace {

using transcode::JsonReader;

bool ReadPermissions(JsonReader& reader, std::vector<std::string>& permissions) {
  return reader.Array([&] { return reader.String(&permissions.emplace_back()); });
}

bool ReadExpiry(JsonReader& reader, std::optional<TimePoint>& expires_at) {
  transcode::Moment moment;
  if (!reader.Timestamp(&moment)) return false;
  expires_at =
      TimePoint(std::chrono::milliseconds(moment.seconds * 1000 + moment.nanos / 1'000'000));
  return true;
}

bool ReadField(JsonReader& reader, absl::string_view key, client::PresenceUpsert& upsert) {
  if (key == "$id") return reader.String(&upsert.id);
  if (key == "userId") return reader.String(&upsert.user_id.emplace());
  if (key == "status") return reader.String(&upsert.status);
  if (key == "metadata") return reader.InlineObject(&upsert.metadata.emplace());
  if (key == "expiresAt") return ReadExpiry(reader, upsert.expires_at);
  if (key == "$permissions") return ReadPermissions(reader, upsert.permissions.emplace());
  return reader.Skip();
}

}  // namespace

absl::StatusOr<client::PresenceUpsert> ParseImportLine(absl::string_view line) {
  client::PresenceUpsert upsert;
  const auto error = JsonReader::Read(line, [&](JsonReader& reader) {
    return reader.Object([&](absl::string_view key) { return ReadField(reader, key, upsert); });
  });
  if (error) {
    return absl::InvalidArgumentError(
        error->field.empty() ? error->message : absl::StrCat(error->field, ": ", error->message));
  }
  if (upsert.id.empty()) {
    return absl::InvalidArgumentError("$id: is missing; each line needs the id of its presence");
  }
  return upsert;
}

}  // namespace presences::cli
