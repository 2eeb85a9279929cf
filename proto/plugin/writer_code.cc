#include "proto/plugin/writer_code.h"

#include <google/protobuf/compiler/cpp/names.h>

#include <set>

namespace presences::plugin {
namespace {

namespace cpp = google::protobuf::compiler::cpp;

// The statement that writes `value`, one value of `field`.
std::string WriteStatement(const FieldDescriptor& field, absl::string_view value) {
  switch (KindOf(field)) {
    case Kind::kString:
      return absl::StrCat("out.String(", value, ");");
    case Kind::kInlineObject:
      return absl::StrCat("out.InlineObject(", value, ");");
    case Kind::kBool:
    case Kind::kLooseBool:
      return absl::StrCat("out.Bool(", value, ");");
    case Kind::kInt32:
    case Kind::kInt64:
      return absl::StrCat("out.Int(", value, ");");
    case Kind::kUint32:
    case Kind::kUint64:
      return absl::StrCat("out.Uint(", value, ");");
    case Kind::kDouble:
    case Kind::kFloat:
      return absl::StrCat("out.Double(", value, ");");
    case Kind::kEnum:
      return absl::StrCat(
          "WriteEnum(",
          field.is_repeated()
              ? absl::StrCat("static_cast<", cpp::QualifiedClassName(field.enum_type()), ">(",
                             value, ")")
              : std::string(value),
          ", out);");
    case Kind::kTimestamp:
      return absl::StrCat("out.Timestamp({", value, ".seconds(), ", value, ".nanos()});");
    case Kind::kStatus:
      return absl::StrCat("out.Status(", value, ");");
    default:
      return absl::StrCat("::", NamespaceOf(*field.message_type()->file()), "::WriteJson(", value,
                          ", out);");
  }
}

void AddList(const FieldDescriptor& field, Code& code) {
  code.Line("out.BeginArray();");
  code.Open("for (const auto& element : message.", cpp::FieldName(&field), "()) {");
  code.Line(WriteStatement(field, "element"));
  code.Close();
  code.Line("out.EndArray();");
}

void AddField(const FieldDescriptor& field, Code& code) {
  const std::string name = cpp::FieldName(&field);
  const std::string value = absl::StrCat("message.", name, "()");
  std::string condition;
  if (field.has_presence()) {
    condition = absl::StrCat("message.has_", name, "()");
  } else if (!field.is_repeated() && KindOf(field) == Kind::kEnum) {
    condition = absl::StrCat(value, " != 0");  // unspecified
  }
  if (!condition.empty()) code.Open("if (", condition, ") {");
  code.Line("out.Key(", Literal(field.json_name()), ");");
  if (field.is_repeated()) {
    AddList(field, code);
  } else {
    code.Line(WriteStatement(field, value));
  }
  if (!condition.empty()) code.Close();
}

}  // namespace

void AddWriter(const Descriptor& message, Code& code) {
  code.Line();
  code.Open("void WriteJson(const ", cpp::ClassName(&message),
            "& message, ::presences::transcode::JsonWriter& out) {");
  if (const FieldDescriptor* only = UnwrappedField(message)) {
    AddList(*only, code);
  } else {
    code.Line("out.BeginObject();");
    int written = 0;
    for (int i = 0; i < message.field_count(); ++i) {
      if (!IsInJson(*message.field(i))) continue;
      AddField(*message.field(i), code);
      ++written;
    }
    if (written == 0) code.Line("static_cast<void>(message);");
    code.Line("out.EndObject();");
  }
  code.Close();
}

void AddEnumWriter(const EnumDescriptor& type, Code& code) {
  code.Line();
  code.Open("[[maybe_unused]] void WriteEnum(", cpp::QualifiedClassName(&type),
            " value, ::presences::transcode::JsonWriter& out) {");
  code.Open("switch (static_cast<int>(value)) {");
  std::set<int> seen;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    if (!seen.insert(value.number()).second) continue;  // an alias
    code.Open("case ", value.number(), ":");
    code.Line("return out.String(", Literal(EnumValueText(value)), ");");
    code.Close("");
  }
  code.Open("default:");
  code.Line("return out.Int(value);");
  code.Close("");
  code.Close();
  code.Close();
}

}  // namespace presences::plugin
