#include "proto/runtime/event_stream.h"

#include "absl/strings/str_cat.h"

namespace presences::transcode {

void AppendEvent(const Route& route, const google::protobuf::Message& message, StreamFormat format,
                 JsonWriter::StatusFormat status_format, std::string* out) {
  if (format == StreamFormat::kServerSentEvents) {
    const absl::string_view id = route.event_id(message);
    const absl::string_view kind = route.event_kind(message);
    if (!id.empty()) absl::StrAppend(out, "id: ", id, "\n");
    if (!kind.empty()) absl::StrAppend(out, "event: ", kind, "\n");
    absl::StrAppend(out, "data: ");
  }
  // JSON has no line breaks of its own, so it is one line of either format. Inline objects are
  // kept as stored: compact.
  JsonWriter writer(out, status_format);
  route.write_response(message, writer);
  absl::StrAppend(out, format == StreamFormat::kServerSentEvents ? "\n\n" : "\n");
}

}  // namespace presences::transcode
