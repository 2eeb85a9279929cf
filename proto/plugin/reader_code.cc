#include "proto/plugin/reader_code.h"

#include <google/protobuf/compiler/cpp/names.h>

namespace presences::plugin {
namespace {

namespace cpp = google::protobuf::compiler::cpp;

std::string NamesOf(const EnumDescriptor& type) {
  return absl::StrCat("kNames_", cpp::ClassName(&type));
}

// `key == "ifRevision" || key == "if_revision"`.
std::string KeyCondition(const FieldDescriptor& field) {
  std::string json = absl::StrCat("key == ", Literal(field.json_name()));
  if (field.json_name() == field.name()) return json;
  return absl::StrCat(json, " || key == ", Literal(field.name()));
}

// The statement that takes a value of a type that is read in place; empty for the others.
std::string TakeInPlace(const FieldDescriptor& field) {
  const std::string name = cpp::FieldName(&field);
  const std::string target =
      absl::StrCat("message->", field.is_repeated() ? "add_" : "mutable_", name, "()");
  switch (KindOf(field)) {
    case Kind::kString:
    case Kind::kInlineObject:
      return absl::StrCat("return in.", ReaderMethod(KindOf(field)), "(", target, ");");
    case Kind::kMessage:
      return absl::StrCat("return ::", NamespaceOf(*field.message_type()->file()),
                          "::ReadJson(in, ", target, ");");
    default:
      return "";
  }
}

void AddStore(const FieldDescriptor& field, Code& code) {
  const std::string name = cpp::FieldName(&field);
  const absl::string_view verb = field.is_repeated() ? "add_" : "set_";
  switch (KindOf(field)) {
    case Kind::kTimestamp:
      code.Line("auto* const time = message->", field.is_repeated() ? "add_" : "mutable_", name,
                "();");
      code.Line("time->set_seconds(value.seconds);");
      code.Line("time->set_nanos(value.nanos);");
      return;
    case Kind::kEnum:
      code.Line("message->", verb, name, "(static_cast<",
                cpp::QualifiedClassName(field.enum_type()), ">(value));");
      return;
    default:
      code.Line("message->", verb, name, "(value);");
  }
}

// True when null means that the field is absent.
bool TakesNull(const FieldDescriptor& field) {
  return field.is_repeated() || field.has_presence() || KindOf(field) != Kind::kString;
}

void AddJsonList(const FieldDescriptor& field, Code& code) {
  code.Open("return in.Array([&] {");
  AddTake(field, code);
  code.Close("});");
}

void AddJsonField(const FieldDescriptor& field, Code& code) {
  const std::string clear = absl::StrCat("message->clear_", cpp::FieldName(&field), "();");
  code.Open("if (", KeyCondition(field), ") {");
  if (TakesNull(field)) {
    code.Line(clear);
    code.Line("if (in.Null()) return true;");
  }
  if (field.is_repeated()) {
    AddJsonList(field, code);
  } else {
    AddTake(field, code);
  }
  code.Close();
}

// The field a parameter of this name fills: `field` itself or, for an unwrapped message, the one
// in it; null if it does not fit into a text.
const FieldDescriptor* ParamField(const FieldDescriptor& field) {
  if (!IsInJson(field)) return nullptr;
  if (IsScalar(KindOf(field))) return &field;
  if (KindOf(field) != Kind::kMessage || field.is_repeated()) return nullptr;
  const FieldDescriptor* only = UnwrappedField(*field.message_type());
  return only != nullptr && IsScalar(KindOf(*only)) ? only : nullptr;
}

}  // namespace

void AddTake(const FieldDescriptor& field, Code& code) {
  const std::string in_place = TakeInPlace(field);
  if (!in_place.empty()) return code.Line(in_place);
  const Kind kind = KindOf(field);
  code.Line(TemporaryType(kind), " value{};");
  const std::string names =
      kind == Kind::kEnum ? absl::StrCat(NamesOf(*field.enum_type()), ", ") : "";
  code.Line("if (!in.", ReaderMethod(kind), "(", names, "&value)) return false;");
  AddStore(field, code);
  code.Line("return true;");
}

void AddJsonReader(const Descriptor& message, Code& code) {
  code.Line();
  code.Open("bool ReadJson(::presences::transcode::JsonReader& in, ", cpp::ClassName(&message),
            "* message) {");
  if (const FieldDescriptor* only = UnwrappedField(message)) {
    AddJsonList(*only, code);
  } else {
    code.Line("static_cast<void>(message);");
    code.Open("return in.Object([&]([[maybe_unused]] ::absl::string_view key) {");
    for (int i = 0; i < message.field_count(); ++i) {
      if (IsInJson(*message.field(i))) AddJsonField(*message.field(i), code);
    }
    code.Line("return in.Skip();");
    code.Close("});");
  }
  code.Close();
}

void AddParamReader(const Descriptor& message, Code& code) {
  code.Line();
  code.Open("bool ReadParam(::presences::transcode::ParamReader& in, ", cpp::ClassName(&message),
            "* message) {");
  code.Line("[[maybe_unused]] const ::absl::string_view key = in.name();");
  code.Line("static_cast<void>(message);");
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const FieldDescriptor* target = ParamField(field);
    if (target == nullptr) continue;
    code.Open("if (", KeyCondition(field), ") {");
    if (target != &field) {
      code.Line("auto* const outer = message;");
      code.Open("{");
      code.Line("auto* const message = outer->mutable_", cpp::FieldName(&field), "();");
      AddTake(*target, code);
      code.Close();
    } else {
      if (!field.is_repeated()) code.Line("if (!in.Single()) return false;");
      AddTake(field, code);
    }
    code.Close();
  }
  code.Line("return true;");
  code.Close();
}

void AddEnumNames(const EnumDescriptor& type, Code& code) {
  code.Line();
  code.Open("[[maybe_unused]] constexpr ::presences::transcode::EnumName ", NamesOf(type),
            "[] = {");
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    code.Line("{", Literal(EnumValueText(value)), ", ", value.number(), "},");
    if (EnumValueText(value) == value.name()) continue;
    code.Line("{", Literal(value.name()), ", ", value.number(), "},");
  }
  code.Close("};");
}

}  // namespace presences::plugin
