#include "proto/plugin/route_code.h"

#include <google/protobuf/compiler/cpp/names.h>

#include <algorithm>

#include "presences/options/v1/options.pb.h"
#include "proto/plugin/field.h"
#include "proto/plugin/http_rule.h"
#include "proto/plugin/reader_code.h"

namespace presences::plugin {
namespace {

namespace cpp = google::protobuf::compiler::cpp;
namespace options = ::presences::options::v1;
using google::protobuf::MethodDescriptor;
using google::protobuf::OneofDescriptor;

constexpr char kEventIdHeader[] = "Last-Event-ID";

std::string Call(const Descriptor& message, absl::string_view function) {
  return absl::StrCat("::", NamespaceOf(*message.file()), "::", function);
}

void AddReadPath(const FieldDescriptor& field, std::size_t index, Code& code) {
  code.Open("reader.Path(", index, ", ", Literal(field.json_name()),
            ", [message](ParamReader& in) {");
  AddTake(field, code);
  code.Close("});");
}

void AddReadHeader(const FieldDescriptor& field, Code& code) {
  code.Open("reader.Header(", Literal(HeaderOf(field)), ", [message](ParamReader& in) {");
  if (KindOf(field) == Kind::kInt64) {
    code.Line("std::int64_t value{};");
    code.Line("if (!in.EntityTag(&value)) return false;");
    code.Line("message->set_", cpp::FieldName(&field), "(value);");
    code.Line("return true;");
  } else {
    AddTake(field, code);
  }
  code.Close("});");
}

void AddReadRequest(const MethodDescriptor& method, const Binding& binding,
                    absl::string_view function, Code& code) {
  const Descriptor& request = *method.input_type();
  code.Line();
  code.Open("std::optional<Error> ", function, "(const RequestParts& parts, Message* base) {");
  code.Line("auto* const message = static_cast<", cpp::QualifiedClassName(&request), "*>(base);");
  code.Line("static_cast<void>(message);");
  code.Line("RequestReader reader(parts);");
  // google.protobuf.Empty has no functions of its own, and no fields to fill.
  if (IsOurs(request)) {
    const std::string read_param = Call(request, "ReadParam(in, message); }");
    if (binding.has_body) {
      code.Line("reader.Body([message](JsonReader& in) { return ", Call(request, "ReadJson"),
                "(in, message); },");
      code.Line("            [message](ParamReader& in) { return ", read_param, ");");
    } else {
      code.Line("reader.Query([message](ParamReader& in) { return ", read_param, ");");
    }
  }
  for (std::size_t i = 0; i < binding.variables.size(); ++i) {
    AddReadPath(*binding.variables[i], i, code);
  }
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor& field = *request.field(i);
    if (!HeaderOf(field).empty()) AddReadHeader(field, code);
  }
  code.Line("return reader.error();");
  code.Close();
}

void AddWriteHeaders(const Descriptor& response, absl::string_view function, Code& code) {
  code.Line();
  code.Open("void ", function,
            "([[maybe_unused]] const Message& base, [[maybe_unused]] Headers* headers) {");
  code.Line("[[maybe_unused]] const auto& message = static_cast<const ",
            cpp::QualifiedClassName(&response), "&>(base);");
  for (int i = 0; i < response.field_count(); ++i) {
    const FieldDescriptor& field = *response.field(i);
    if (HeaderOf(field).empty() || HeaderOf(field) == kEventIdHeader) continue;
    const std::string value = absl::StrCat("message.", cpp::FieldName(&field), "()");
    const std::string text = KindOf(field) == Kind::kString
                                 ? value
                                 : absl::StrCat("::absl::StrCat(\"\\\"\", ", value, ", \"\\\"\")");
    code.Line("headers->emplace_back(", Literal(HeaderOf(field)), ", ", text, ");");
  }
  code.Close();
}

void AddEventKind(const Descriptor& response, absl::string_view function, Code& code) {
  code.Line();
  code.Open("absl::string_view ", function, "([[maybe_unused]] const Message& base) {");
  if (response.real_oneof_decl_count() > 0) {
    const OneofDescriptor& oneof = *response.oneof_decl(0);
    code.Line("const auto& message = static_cast<const ", cpp::QualifiedClassName(&response),
              "&>(base);");
    code.Open("switch (message.", oneof.name(), "_case()) {");
    for (int i = 0; i < oneof.field_count(); ++i) {
      code.Open("case ", cpp::QualifiedOneofCaseConstantName(oneof.field(i)), ":");
      code.Line("return ", Literal(oneof.field(i)->name()), ";");
      code.Close("");
    }
    code.Open("default:");
    code.Line("break;");
    code.Close("");
    code.Close();
  }
  code.Line("return \"\";");
  code.Close();
}

void AddEventId(const Descriptor& response, absl::string_view function, Code& code) {
  code.Line();
  code.Open("absl::string_view ", function, "([[maybe_unused]] const Message& base) {");
  std::string value = "\"\"";
  for (int i = 0; i < response.field_count(); ++i) {
    const FieldDescriptor& field = *response.field(i);
    if (HeaderOf(field) != kEventIdHeader || KindOf(field) != Kind::kString) continue;
    value = absl::StrCat("static_cast<const ", cpp::QualifiedClassName(&response), "&>(base).",
                         cpp::FieldName(&field), "()");
  }
  code.Line("return ", value, ";");
  code.Close();
}

void AddWriteResponse(const Descriptor& response, absl::string_view function, Code& code) {
  code.Line();
  code.Open("void ", function, "([[maybe_unused]] const Message& base, JsonWriter& out) {");
  if (IsOurs(response)) {
    code.Line(Call(response, "WriteJson"), "(static_cast<const ",
              cpp::QualifiedClassName(&response), "&>(base), out);");
  } else {
    code.Line("out.BeginObject();");
    code.Line("out.EndObject();");
  }
  code.Close();
}

std::string FactoryOf(const Descriptor& message) {
  return absl::StrCat(
      "[](::google::protobuf::Arena* arena) -> Message* { return "
      "::google::protobuf::Arena::CreateMessage<",
      cpp::QualifiedClassName(&message), ">(arena); }");
}

std::string MethodConstant(absl::string_view method) {
  std::string name = "HttpMethod::k";
  for (std::size_t i = 0; i < method.size(); ++i) {
    name += i == 0 ? method[i] : static_cast<char>(method[i] - 'A' + 'a');
  }
  return name;
}

// What is the same for all bindings of a method: media types, functions for the response.
void AddShared(const MethodDescriptor& method, absl::string_view name, Code& code) {
  AddWriteResponse(*method.output_type(), absl::StrCat("WriteResponse_", name), code);
  AddWriteHeaders(*method.output_type(), absl::StrCat("WriteHeaders_", name), code);
  if (!method.server_streaming()) return;
  AddEventKind(*method.output_type(), absl::StrCat("EventKind_", name), code);
  AddEventId(*method.output_type(), absl::StrCat("EventId_", name), code);
  code.Line();
  code.Open("constexpr absl::string_view kMedia_", name, "[] = {");
  const int count = method.options().ExtensionSize(options::stream_media_types);
  for (int i = 0; i < count; ++i) {
    code.Line(Literal(method.options().GetExtension(options::stream_media_types, i)), ",");
  }
  if (count == 0) code.Line(Literal("application/x-ndjson"), ",");
  code.Close("};");
}

void AddEntry(const MethodDescriptor& method, const Binding& binding, absl::string_view name,
              absl::string_view read, Code& code) {
  const int status = method.options().GetExtension(options::success_status);
  const bool streams = method.server_streaming();
  const auto if_streams = [&](absl::string_view prefix, absl::string_view otherwise) {
    return streams ? absl::StrCat(prefix, name) : std::string(otherwise);
  };
  code.Open("{");
  code.Line(MethodConstant(binding.method), ",");
  code.Line(Literal(binding.path), ",");
  code.Line("\"/", method.service()->full_name(), "/", method.name(), "\",");
  code.Line("/*success_status=*/", status == 0 ? 200 : status, ",");
  code.Line("/*has_body=*/", binding.has_body ? "true" : "false", ",");
  code.Line("/*server_streaming=*/", streams ? "true" : "false", ",");
  code.Line(if_streams("kMedia_", "{}"), ",");
  code.Line(FactoryOf(*method.input_type()), ",");
  code.Line(FactoryOf(*method.output_type()), ",");
  code.Line(read, ",");
  code.Line("WriteResponse_", name, ",");
  code.Line("WriteHeaders_", name, ",");
  code.Line(if_streams("EventKind_", "nullptr"), ",");
  code.Line(if_streams("EventId_", "nullptr"), ",");
  code.Close("},");
}

}  // namespace

std::string RoutesFunction(const google::protobuf::ServiceDescriptor& service) {
  return absl::StrCat(service.name(), "Routes");
}

absl::Status AddRoutes(const google::protobuf::ServiceDescriptor& service, Code& code) {
  Code entries;
  code.Line();
  code.Line("namespace {");
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    const auto bindings = BindingsOf(method);
    if (!bindings.ok()) return bindings.status();
    if (bindings->empty()) continue;
    const std::string name = absl::StrCat(service.name(), "_", method.name());
    AddShared(method, name, code);
    for (std::size_t b = 0; b < bindings->size(); ++b) {
      const std::string read = absl::StrCat("ReadRequest_", name, b);
      AddReadRequest(method, (*bindings)[b], read, code);
      AddEntry(method, (*bindings)[b], name, read, entries);
    }
  }
  code.Line();
  code.Line("}  // namespace");
  code.Line();
  code.Open("absl::Span<const Route> ", RoutesFunction(service), "() {");
  if (entries.text().empty()) {
    code.Line("return {};");
  } else {
    code.Line("static constexpr Route kRoutes[] = {");
    code.Line(entries.text(), "};");
    code.Line("return kRoutes;");
  }
  code.Close();
  return absl::OkStatus();
}

}  // namespace presences::plugin
