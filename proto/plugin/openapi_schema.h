// OpenAPI schemas: what a message looks like in JSON, as a JSON Schema.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <vector>

#include "proto/plugin/field.h"
#include "proto/runtime/json_writer.h"

namespace presences::plugin {

using transcode::JsonWriter;

// The comment before an element, its paragraphs joined to lines.
template <typename Element>
std::string CommentOf(const Element& element) {
  google::protobuf::SourceLocation location;
  return element.GetSourceLocation(&location) ? location.leading_comments : "";
}

// `comment` without line breaks inside of paragraphs.
std::string Prose(const std::string& comment);

// Writes key `description`, if there is one.
void WriteDescription(const std::string& prose, JsonWriter& out);

// Writes the schema of one field, described by `prose`, as a value.
void WriteFieldSchema(const FieldDescriptor& field, const std::string& prose, JsonWriter& out);

// Writes the schema of a message of ours, as a value. `is_response`: what is always written is
// required; otherwise what a request must bring.
void WriteMessageSchema(const Descriptor& message, bool is_response, JsonWriter& out);

// Writes `{"$ref": …}` to a message of ours; an empty object schema for google.protobuf.Empty.
void WriteReference(const Descriptor& message, JsonWriter& out);

// The name of a message among the schemas, e.g. "Change" or "CountPresencesResponse.Group".
std::string SchemaName(const Descriptor& message);

// Appends `message` and all messages of ours that its schema refers to, each once.
void CollectSchemas(const Descriptor& message, std::vector<const Descriptor*>* out);

}  // namespace presences::plugin
