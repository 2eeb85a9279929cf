#include "proto/plugin/field.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "presences/options/v1/options.pb.h"

namespace presences::plugin {
namespace {

namespace options = ::presences::options::v1;

Kind MessageKind(const Descriptor& message) {
  if (message.full_name() == "google.protobuf.Timestamp") return Kind::kTimestamp;
  if (message.full_name() == "google.rpc.Status") return Kind::kStatus;
  const bool is_foreign = absl::StartsWith(message.full_name(), "google.");
  return is_foreign || message.options().map_entry() ? Kind::kUnsupported : Kind::kMessage;
}

// "DeleteCause" → "DELETE_CAUSE_".
std::string PrefixOf(const EnumDescriptor& type) {
  std::string prefix;
  for (const char c : type.name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return prefix + "_";
}

bool IsReadable(const Descriptor& message, std::set<const Descriptor*>* seen) {
  if (!seen->insert(&message).second) return true;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const Kind kind = KindOf(field);
    if (kind == Kind::kStatus) return false;
    if (kind == Kind::kMessage && !IsReadable(*field.message_type(), seen)) return false;
  }
  return true;
}

}  // namespace

Kind KindOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) return Kind::kUnsupported;
      return field.options().GetExtension(options::inline_json) ? Kind::kInlineObject
                                                                : Kind::kString;
    case FieldDescriptor::CPPTYPE_BOOL:
      return field.options().GetExtension(options::loose_bool) ? Kind::kLooseBool : Kind::kBool;
    case FieldDescriptor::CPPTYPE_INT32:
      return Kind::kInt32;
    case FieldDescriptor::CPPTYPE_INT64:
      return Kind::kInt64;
    case FieldDescriptor::CPPTYPE_UINT32:
      return Kind::kUint32;
    case FieldDescriptor::CPPTYPE_UINT64:
      return Kind::kUint64;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Kind::kDouble;
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Kind::kFloat;
    case FieldDescriptor::CPPTYPE_ENUM:
      return Kind::kEnum;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageKind(*field.message_type());
  }
  return Kind::kUnsupported;
}

bool IsScalar(Kind kind) {
  return kind != Kind::kMessage && kind != Kind::kStatus && kind != Kind::kUnsupported;
}

std::string ReaderMethod(Kind kind) {
  switch (kind) {
    case Kind::kString:
      return "String";
    case Kind::kInlineObject:
      return "InlineObject";
    case Kind::kBool:
      return "Bool";
    case Kind::kLooseBool:
      return "LooseBool";
    case Kind::kInt32:
      return "Int32";
    case Kind::kInt64:
      return "Int64";
    case Kind::kUint32:
      return "Uint32";
    case Kind::kUint64:
      return "Uint64";
    case Kind::kDouble:
      return "Double";
    case Kind::kFloat:
      return "Float";
    case Kind::kEnum:
      return "Enum";
    case Kind::kTimestamp:
      return "Timestamp";
    default:
      return "";
  }
}

std::string TemporaryType(Kind kind) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kLooseBool:
      return "bool";
    case Kind::kInt32:
      return "std::int32_t";
    case Kind::kInt64:
      return "std::int64_t";
    case Kind::kUint32:
      return "std::uint32_t";
    case Kind::kUint64:
      return "std::uint64_t";
    case Kind::kDouble:
      return "double";
    case Kind::kFloat:
      return "float";
    case Kind::kEnum:
      return "int";
    case Kind::kTimestamp:
      return "::presences::transcode::Moment";
    default:
      return "std::string";
  }
}

bool IsInJson(const FieldDescriptor& field) {
  return !field.options().GetExtension(options::json_omitted);
}

std::string HeaderOf(const FieldDescriptor& field) {
  return field.options().GetExtension(options::header);
}

const FieldDescriptor* UnwrappedField(const Descriptor& message) {
  return message.options().GetExtension(options::unwrapped) ? message.field(0) : nullptr;
}

std::string EnumValueText(const google::protobuf::EnumValueDescriptor& value) {
  const std::string prefix = PrefixOf(*value.type());
  const std::string& name = value.name();
  const bool has_prefix = absl::StartsWith(name, prefix) && name.size() > prefix.size();
  return has_prefix ? name.substr(prefix.size()) : name;
}

std::string NamespaceOf(const FileDescriptor& file) {
  return absl::StrReplaceAll(file.package(), {{".", "::"}});
}

void Collect(const Descriptor& message, std::vector<const Descriptor*>* out) {
  if (message.options().map_entry()) return;
  out->push_back(&message);
  for (int i = 0; i < message.nested_type_count(); ++i) Collect(*message.nested_type(i), out);
}

std::vector<const Descriptor*> MessagesOf(const FileDescriptor& file) {
  std::vector<const Descriptor*> messages;
  for (int i = 0; i < file.message_type_count(); ++i) Collect(*file.message_type(i), &messages);
  return messages;
}

bool IsOurs(const Descriptor& message) { return MessageKind(message) == Kind::kMessage; }

bool IsReadable(const Descriptor& message) {
  std::set<const Descriptor*> seen;
  return IsReadable(message, &seen);
}

std::string Complaint(const Descriptor& message) {
  const bool unwrapped = message.options().GetExtension(options::unwrapped);
  if (unwrapped && (message.field_count() != 1 || !message.field(0)->is_repeated())) {
    return absl::StrCat(message.full_name(), ": 'unwrapped' needs exactly one repeated field");
  }
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const bool is_object = field.options().GetExtension(options::inline_json);
    if (is_object && KindOf(field) != Kind::kInlineObject) {
      return absl::StrCat(field.full_name(), ": 'inline_json' is for strings");
    }
    if (field.options().GetExtension(options::loose_bool) && KindOf(field) != Kind::kLooseBool) {
      return absl::StrCat(field.full_name(), ": 'loose_bool' is for bools");
    }
    if (KindOf(field) == Kind::kUnsupported && IsInJson(field)) {
      return absl::StrCat(field.full_name(), ": ", field.type_name(),
                          " of this type has no JSON form here (bytes, maps, google.* messages)");
    }
  }
  return "";
}

}  // namespace presences::plugin
