#include "proto/plugin/openapi_schema.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "presences/options/v1/options.pb.h"

namespace presences::plugin {
namespace {

namespace options = ::presences::options::v1;

void WriteType(absl::string_view type, absl::string_view format, JsonWriter& out) {
  out.Key("type");
  out.String(type);
  if (format.empty()) return;
  out.Key("format");
  out.String(format);
}

void WriteEnumType(const EnumDescriptor& type, JsonWriter& out) {
  WriteType("string", "", out);
  out.Key("enum");
  out.BeginArray();
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) out.String(EnumValueText(*type.value(i)));
  }
  out.EndArray();
}

// The keys of a schema for one value of `field`.
void WriteValueType(const FieldDescriptor& field, JsonWriter& out) {
  switch (KindOf(field)) {
    case Kind::kString:
      return WriteType("string", "", out);
    case Kind::kInlineObject:
      WriteType("object", "", out);
      out.Key("additionalProperties");
      return out.Bool(true);
    case Kind::kBool:
    case Kind::kLooseBool:
      return WriteType("boolean", "", out);
    case Kind::kInt32:
      return WriteType("integer", "int32", out);
    case Kind::kInt64:
      return WriteType("integer", "int64", out);
    case Kind::kUint32:
    case Kind::kUint64:
      WriteType("integer", "", out);
      out.Key("minimum");
      return out.Int(0);
    case Kind::kDouble:
      return WriteType("number", "double", out);
    case Kind::kFloat:
      return WriteType("number", "float", out);
    case Kind::kEnum:
      return WriteEnumType(*field.enum_type(), out);
    case Kind::kTimestamp:
      return WriteType("string", "date-time", out);
    case Kind::kStatus:
      out.Key("$ref");
      return out.String("#/components/schemas/Error");
    default:
      out.Key("$ref");
      out.String(absl::StrCat("#/components/schemas/", SchemaName(*field.message_type())));
  }
}

// The option `maximum` means the length of a list or a text, or the size of a number.
void WriteMaximum(const FieldDescriptor& field, JsonWriter& out) {
  const std::int64_t maximum = field.options().GetExtension(options::maximum);
  if (maximum == 0) return;
  const bool is_text = KindOf(field) == Kind::kString;
  out.Key(field.is_repeated() ? "maxItems" : is_text ? "maxLength" : "maximum");
  out.Int(maximum);
}

void WriteListType(const FieldDescriptor& field, JsonWriter& out) {
  WriteType("array", "", out);
  out.Key("items");
  out.BeginObject();
  WriteValueType(field, out);
  out.EndObject();
  WriteMaximum(field, out);
}

bool IsRequired(const FieldDescriptor& field, bool is_response) {
  if (!is_response) return field.options().GetExtension(options::required);
  if (field.is_repeated()) return true;
  return !field.has_presence() && KindOf(field) != Kind::kEnum;
}

}  // namespace

std::string Prose(const std::string& comment) {
  std::string prose;
  bool ended = true;  // a paragraph has, or none has begun
  for (const absl::string_view line : absl::StrSplit(comment, '\n')) {
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (text.empty()) {
      ended = true;
      continue;
    }
    if (!prose.empty()) absl::StrAppend(&prose, ended ? "\n\n" : " ");
    absl::StrAppend(&prose, text);
    ended = false;
  }
  return prose;
}

void WriteDescription(const std::string& prose, JsonWriter& out) {
  if (prose.empty()) return;
  out.Key("description");
  out.String(prose);
}

void WriteFieldSchema(const FieldDescriptor& field, const std::string& prose, JsonWriter& out) {
  out.BeginObject();
  const FieldDescriptor* only =
      KindOf(field) == Kind::kMessage ? UnwrappedField(*field.message_type()) : nullptr;
  if (field.is_repeated() || (only != nullptr && !field.is_repeated())) {
    WriteListType(field.is_repeated() ? field : *only, out);
  } else {
    WriteValueType(field, out);
    WriteMaximum(field, out);
  }
  WriteDescription(prose, out);
  out.EndObject();
}

void WriteMessageSchema(const Descriptor& message, bool is_response, JsonWriter& out) {
  out.BeginObject();
  if (const FieldDescriptor* only = UnwrappedField(message)) {
    WriteListType(*only, out);
    WriteDescription(Prose(CommentOf(message)), out);
    return out.EndObject();
  }
  WriteType("object", "", out);
  WriteDescription(Prose(CommentOf(message)), out);
  std::vector<const FieldDescriptor*> required;
  out.Key("properties");
  out.BeginObject();
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (!IsInJson(field)) continue;
    if (IsRequired(field, is_response)) required.push_back(&field);
    out.Key(field.json_name());
    WriteFieldSchema(field, Prose(CommentOf(field)), out);
  }
  out.EndObject();
  if (!required.empty()) {
    out.Key("required");
    out.BeginArray();
    for (const FieldDescriptor* field : required) out.String(field->json_name());
    out.EndArray();
  }
  out.EndObject();
}

void WriteReference(const Descriptor& message, JsonWriter& out) {
  out.BeginObject();
  if (IsOurs(message)) {
    out.Key("$ref");
    out.String(absl::StrCat("#/components/schemas/", SchemaName(message)));
  } else {
    WriteType("object", "", out);
  }
  out.EndObject();
}

std::string SchemaName(const Descriptor& message) {
  const std::string& package = message.file()->package();
  return package.empty() ? message.full_name() : message.full_name().substr(package.size() + 1);
}

void CollectSchemas(const Descriptor& message, std::vector<const Descriptor*>* out) {
  if (!IsOurs(message) || std::find(out->begin(), out->end(), &message) != out->end()) return;
  out->push_back(&message);
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (KindOf(field) != Kind::kMessage || !IsInJson(field)) continue;
    const bool is_inlined =
        UnwrappedField(*field.message_type()) != nullptr && !field.is_repeated();
    if (!is_inlined) CollectSchemas(*field.message_type(), out);
  }
}

}  // namespace presences::plugin
