// Field: what the generators need to know of a field: how its value looks in JSON and in C++.
//
// Threads: any (pure functions).
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace presences::plugin {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

enum class Kind {
  kString,
  kInlineObject,  // a string that holds one JSON object
  kBool,
  kLooseBool,
  kInt32,
  kInt64,
  kUint32,
  kUint64,
  kDouble,
  kFloat,
  kEnum,
  kTimestamp,
  kStatus,   // google.rpc.Status: its format is the server's affair
  kMessage,  // one of ours, with generated functions
  kUnsupported,
};

Kind KindOf(const FieldDescriptor& field);

// True for what fits into one text: neither kMessage nor kStatus.
bool IsScalar(Kind kind);

// The name of the JsonReader/ParamReader method that takes a value, e.g. "Int32".
std::string ReaderMethod(Kind kind);
// The C++ type of a temporary for it, e.g. "std::int32_t".
std::string TemporaryType(Kind kind);

// True when JSON bodies and query strings carry the field.
bool IsInJson(const FieldDescriptor& field);
// The HTTP header of the field; empty: none.
std::string HeaderOf(const FieldDescriptor& field);

// For a message whose JSON is that of its only field: that field; else null.
const FieldDescriptor* UnwrappedField(const Descriptor& message);

// An enum value as JSON shows it: without the prefix that repeats the enum's name.
std::string EnumValueText(const google::protobuf::EnumValueDescriptor& value);

// The C++ namespace of a file, e.g. "presences::v1".
std::string NamespaceOf(const FileDescriptor& file);

// `message` and all messages nested in it.
void Collect(const Descriptor& message, std::vector<const Descriptor*>* out);
std::vector<const Descriptor*> MessagesOf(const FileDescriptor& file);

// True for a message with generated functions, false for google.protobuf.Empty and its like.
bool IsOurs(const Descriptor& message);

// True when a message can be read from JSON: no google.rpc.Status in it, at any depth.
bool IsReadable(const Descriptor& message);

// Says what is not supported in `message`; empty: nothing.
std::string Complaint(const Descriptor& message);

}  // namespace presences::plugin
