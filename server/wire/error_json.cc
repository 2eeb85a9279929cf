#include "server/wire/error_json.h"

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "proto/runtime/json_writer.h"
#include "proto/runtime/query_string.h"
#include "server/base/reason.h"

namespace presences::wire {
namespace {

constexpr absl::string_view kInternal = "internal error; the server's log says more";

// A message may repeat what a caller sent. Bytes that are no ASCII go when the whole is no UTF-8.
std::string Printable(absl::string_view message) {
  std::string text(message);
  if (transcode::IsUtf8(text)) return text;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return text;
}

void Write(const absl::Status& status, transcode::JsonWriter& out) {
  const ReasonRow& row = RowOf(status);
  const bool internal = row.reason == Reason::kGeneralServerError;
  out.BeginObject();
  out.Key("message");
  out.String(internal ? std::string(kInternal) : Printable(status.message()));
  out.Key("code");
  out.Int(row.http_status);
  out.Key("type");
  out.String(row.type);
  out.Key("version");
  out.String(ServerVersion());
  out.EndObject();
}

}  // namespace

absl::string_view ServerVersion() { return PRESENCES_VERSION; }

void AppendErrorJson(const absl::Status& status, std::string* out) {
  transcode::JsonWriter writer(out);
  Write(status, writer);
}

void WriteError(const google::rpc::Status& status, transcode::JsonWriter& out) {
  absl::Status refusal(static_cast<absl::StatusCode>(status.code()), status.message());
  for (const google::protobuf::Any& detail : status.details()) {
    refusal.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  Write(refusal, out);
}

std::optional<std::chrono::milliseconds> RetryDelay(const absl::Status& status) {
  const auto payload = status.GetPayload(kRetryInfoType);
  if (!payload) return std::nullopt;
  google::rpc::RetryInfo info;
  if (!info.ParseFromString(std::string(*payload))) return std::nullopt;
  const auto& delay = info.retry_delay();
  return std::chrono::seconds(delay.seconds()) +
         std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::nanoseconds(delay.nanos()));
}

}  // namespace presences::wire
