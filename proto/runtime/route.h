// Route: one HTTP binding of one method, as the generator writes it into a table.
//
// The functions take the base class of messages, so that a gateway handles all methods alike; each
// expects exactly the message types of its method.
//
// Threads: immutable.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proto/runtime/error.h"
#include "proto/runtime/json_writer.h"
#include "proto/runtime/request.h"

namespace google::protobuf {
class Arena;
class Message;
}  // namespace google::protobuf

namespace presences::transcode {

enum class HttpMethod { kGet, kPut, kPost, kPatch, kDelete };

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Route {
  HttpMethod method;
  absl::string_view path;         // "/v1/presences/{presence_id}", for logs, metrics, RouteTable
  absl::string_view full_method;  // "/presences.v1.Presences/GetPresence"
  int success_status;             // 204: no body, no content type
  bool has_body;                  // fields come from the body, else from the query string
  bool server_streaming;
  absl::Span<const absl::string_view> stream_media_types;  // the default first

  // Makes empty messages; on the heap, owned by the caller, if `arena` is null.
  google::protobuf::Message* (*new_request)(google::protobuf::Arena* arena);
  google::protobuf::Message* (*new_response)(google::protobuf::Arena* arena);
  // Fills an empty request. The error names the field in JSON names, or the header.
  std::optional<Error> (*read_request)(const RequestParts& parts,
                                       google::protobuf::Message* request);
  void (*write_response)(const google::protobuf::Message& response, JsonWriter& out);
  // Appends the headers that carry fields of the response, e.g. ETag.
  void (*write_headers)(const google::protobuf::Message& response, Headers* headers);
  // For streams: what kind of event this is (the proto name of the set oneof member, e.g.
  // "going_away"; empty: none) and the id to resume after. Null otherwise.
  absl::string_view (*event_kind)(const google::protobuf::Message& response);
  absl::string_view (*event_id)(const google::protobuf::Message& response);
};

}  // namespace presences::transcode
