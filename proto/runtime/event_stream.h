// Event streams: how one message of a stream stands in a response body.
//
// Threads: any (pure functions).
#pragma once

#include <string>

#include "proto/runtime/json_writer.h"
#include "proto/runtime/route.h"

namespace presences::transcode {

enum class StreamFormat {
  kServerSentEvents,  // text/event-stream: `id:`, `event:`, `data:`, an empty line
  kNdjson,            // application/x-ndjson: the message, a line feed
};

// Appends one message of `route`'s stream to `*out`.
void AppendEvent(const Route& route, const google::protobuf::Message& message, StreamFormat format,
                 JsonWriter::StatusFormat status_format, std::string* out);

}  // namespace presences::transcode
