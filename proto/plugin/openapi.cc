#include "proto/plugin/openapi.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "presences/options/v1/options.pb.h"
#include "proto/plugin/http_rule.h"
#include "proto/plugin/openapi_schema.h"

namespace presences::plugin {
namespace {

namespace options = ::presences::options::v1;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

using Files = std::vector<const FileDescriptor*>;

struct Operation {
  const MethodDescriptor* method;
  Binding binding;
};

// By path, then in the order of the protos.
using Operations = std::map<std::string, std::vector<Operation>>;

// The values of a repeated file option, over all files, each once by its text.
template <typename Value, typename Extension>
std::vector<Value> FileOption(const Files& files, const Extension& extension) {
  std::vector<Value> values;
  std::vector<std::string> seen;
  for (const FileDescriptor* file : files) {
    for (int i = 0; i < file->options().ExtensionSize(extension); ++i) {
      const Value& value = file->options().GetExtension(extension, i);
      const std::string text = value.SerializeAsString();
      if (std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
      seen.push_back(text);
      values.push_back(value);
    }
  }
  return values;
}

// Writes the members of a document one after another.
class Document {
 public:
  Document(const Files& files, std::string* text)
      : out_(text),
        common_errors_(FileOption<options::Error>(files, options::common_errors)),
        security_(FileOption<options::SecurityScheme>(files, options::security)),
        headers_(FileOption<options::Header>(files, options::common_headers)) {}

  void Write(const DocumentInfo& info, const Operations& operations) {
    out_.BeginObject();
    Text("openapi", "3.1.0");
    out_.Key("info");
    out_.BeginObject();
    Text("title", info.title);
    Text("version", info.version);
    out_.EndObject();
    out_.Key("servers");
    out_.BeginArray();
    out_.BeginObject();
    Text("url", "/");
    out_.EndObject();
    out_.EndArray();
    WriteSecurity();
    out_.Key("paths");
    out_.BeginObject();
    for (const auto& [path, at_path] : operations) {
      // A variable is named as in JSON; a verb stays part of the path.
      out_.EscapedKey(PathOf(at_path.front().binding));
      out_.BeginObject();
      for (const Operation& operation : at_path) WriteOperation(operation);
      out_.EndObject();
    }
    out_.EndObject();
    WriteComponents(operations);
    out_.EndObject();
  }

 private:
  void Text(absl::string_view key, absl::string_view value) {
    out_.Key(key);
    out_.String(value);
  }

  static std::string PathOf(const Binding& binding) {
    std::string path = binding.path;
    for (const FieldDescriptor* variable : binding.variables) {
      path = absl::StrReplaceAll(path, {{absl::StrCat("{", variable->name(), "}"),
                                         absl::StrCat("{", variable->json_name(), "}")}});
    }
    return path;
  }

  // Any one scheme, or none.
  void WriteSecurity() {
    out_.Key("security");
    out_.BeginArray();
    for (const options::SecurityScheme& scheme : security_) {
      out_.BeginObject();
      out_.Key(scheme.name());
      out_.BeginArray();
      out_.EndArray();
      out_.EndObject();
    }
    out_.BeginObject();
    out_.EndObject();
    out_.EndArray();
  }

  void WriteOperation(const Operation& operation) {
    const MethodDescriptor& method = *operation.method;
    const std::string prose = Prose(CommentOf(method));
    out_.Key(absl::AsciiStrToLower(operation.binding.method));
    out_.BeginObject();
    Text("operationId", method.name());
    out_.Key("tags");
    out_.BeginArray();
    out_.String(method.service()->name());
    out_.EndArray();
    const std::size_t end = std::min(prose.find("\n\n"), prose.size());
    if (end > 0) Text("summary", absl::string_view(prose).substr(0, end));
    WriteDescription(prose.substr(std::min(end + 2, prose.size())), out_);
    WriteParameters(operation);
    if (operation.binding.has_body) WriteRequestBody(*method.input_type());
    WriteResponses(method);
    out_.EndObject();
  }

  void WriteParameters(const Operation& operation) {
    const Descriptor& request = *operation.method->input_type();
    const auto& variables = operation.binding.variables;
    out_.Key("parameters");
    out_.BeginArray();
    for (const FieldDescriptor* field : variables) {
      WriteParameter(*field, field->json_name(), "path", true);
    }
    for (int i = 0; i < request.field_count(); ++i) {
      const FieldDescriptor& field = *request.field(i);
      const bool is_in_path =
          std::find(variables.begin(), variables.end(), &field) != variables.end();
      const std::string header = HeaderOf(field);
      if (!header.empty()) WriteParameter(field, header, "header", false);
      if (operation.binding.has_body || is_in_path || !IsInJson(field)) continue;
      if (!IsScalar(KindOf(field))) continue;
      const std::string name = absl::StrCat(field.json_name(), field.is_repeated() ? "[]" : "");
      const bool required = field.options().GetExtension(options::required);
      WriteParameter(field, name, "query", required);
    }
    for (const options::Header& header : headers_) {
      out_.BeginObject();
      Text("$ref", absl::StrCat("#/components/parameters/", header.name()));
      out_.EndObject();
    }
    out_.EndArray();
  }

  void WriteParameter(const FieldDescriptor& field, absl::string_view name, absl::string_view place,
                      bool required) {
    out_.BeginObject();
    Text("name", name);
    Text("in", place);
    out_.Key("required");
    out_.Bool(required);
    WriteDescription(Prose(CommentOf(field)), out_);
    out_.Key("schema");
    if (place == "header") {
      out_.Raw(R"({"type":"string"})");
    } else {
      WriteFieldSchema(field, "", out_);
    }
    out_.EndObject();
  }

  void WriteRequestBody(const Descriptor& request) {
    out_.Key("requestBody");
    out_.BeginObject();
    WriteContent("application/json", request);
    out_.EndObject();
  }

  void WriteContent(absl::string_view media_type, const Descriptor& message) {
    out_.Key("content");
    out_.BeginObject();
    WriteMedia(media_type, message);
    out_.EndObject();
  }

  void WriteMedia(absl::string_view media_type, const Descriptor& message) {
    out_.Key(media_type);
    out_.BeginObject();
    out_.Key("schema");
    WriteReference(message, out_);
    out_.EndObject();
  }

  void WriteResponses(const MethodDescriptor& method) {
    const int success = method.options().GetExtension(options::success_status);
    out_.Key("responses");
    out_.BeginObject();
    out_.Key(absl::StrCat(success == 0 ? 200 : success));
    WriteSuccess(method, success);
    std::map<int, std::vector<options::Error>> by_status;
    for (int i = 0; i < method.options().ExtensionSize(options::errors); ++i) {
      const auto& error = method.options().GetExtension(options::errors, i);
      by_status[error.status()].push_back(error);
    }
    for (const options::Error& error : common_errors_) by_status[error.status()].push_back(error);
    for (const auto& [status, errors] : by_status) WriteErrors(status, errors);
    out_.EndObject();
  }

  void WriteSuccess(const MethodDescriptor& method, int status) {
    const Descriptor& response = *method.output_type();
    out_.BeginObject();
    const std::string prose = Prose(CommentOf(response));
    Text("description", IsOurs(response) && !prose.empty() ? prose : "Done.");
    WriteResponseHeaders(method);
    const int streams = method.options().ExtensionSize(options::stream_media_types);
    if (streams > 0) {
      out_.Key("content");
      out_.BeginObject();
      for (int i = 0; i < streams; ++i) {
        WriteMedia(method.options().GetExtension(options::stream_media_types, i), response);
      }
      out_.EndObject();
    } else if (status != 204) {
      WriteContent("application/json", response);
    }
    out_.EndObject();
  }

  void WriteResponseHeaders(const MethodDescriptor& method) {
    std::vector<const FieldDescriptor*> fields;
    for (int i = 0; i < method.output_type()->field_count(); ++i) {
      const FieldDescriptor* field = method.output_type()->field(i);
      if (!HeaderOf(*field).empty() && !method.server_streaming()) fields.push_back(field);
    }
    if (fields.empty()) return;
    out_.Key("headers");
    out_.BeginObject();
    for (const FieldDescriptor* field : fields) {
      out_.Key(HeaderOf(*field));
      out_.BeginObject();
      WriteDescription(Prose(CommentOf(*field)), out_);
      out_.Key("schema");
      out_.Raw(R"({"type":"string"})");
      out_.EndObject();
    }
    out_.EndObject();
  }

  void WriteErrors(int status, const std::vector<options::Error>& errors) {
    std::string description;
    for (const options::Error& error : errors) {
      absl::StrAppend(&description, description.empty() ? "" : "\n\n", "`", error.type(),
                      "`: ", error.when(), ".");
    }
    out_.Key(absl::StrCat(status));
    out_.BeginObject();
    Text("description", description);
    out_.Key("content");
    out_.Raw(R"({"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}})");
    out_.EndObject();
  }

  void WriteComponents(const Operations& operations) {
    std::vector<const Descriptor*> responses;
    std::vector<const Descriptor*> schemas;
    for (const auto& [path, at_path] : operations) {
      for (const Operation& operation : at_path) {
        CollectSchemas(*operation.method->output_type(), &responses);
      }
    }
    schemas = responses;
    for (const auto& [path, at_path] : operations) {
      for (const Operation& operation : at_path) {
        if (operation.binding.has_body) {
          CollectSchemas(*operation.method->input_type(), &schemas);
        }
      }
    }
    out_.Key("components");
    out_.BeginObject();
    out_.Key("schemas");
    out_.BeginObject();
    for (std::size_t i = 0; i < schemas.size(); ++i) {
      out_.Key(SchemaName(*schemas[i]));
      WriteMessageSchema(*schemas[i], /*is_response=*/i < responses.size(), out_);
    }
    out_.Key("Error");
    out_.Raw(R"({"type":"object","description":"Says why a request was refused.","properties":{)"
             R"("message":{"type":"string","description":"Says what was wrong, for people."},)"
             R"("code":{"type":"integer","description":"Repeats the HTTP status."},)"
             R"("type":{"type":"string","description":"Names the reason, for programs."},)"
             R"("version":{"type":"string","description":"Names the server's version."}},)"
             R"("required":["message","code","type","version"]})");
    out_.EndObject();
    WriteHeaderComponents();
    WriteSecuritySchemes();
    out_.EndObject();
  }

  void WriteHeaderComponents() {
    out_.Key("parameters");
    out_.BeginObject();
    for (const options::Header& header : headers_) {
      out_.Key(header.name());
      out_.BeginObject();
      Text("name", header.name());
      Text("in", "header");
      WriteDescription(header.description(), out_);
      out_.Key("schema");
      out_.Raw(R"({"type":"string"})");
      out_.EndObject();
    }
    out_.EndObject();
  }

  void WriteSecuritySchemes() {
    out_.Key("securitySchemes");
    out_.BeginObject();
    for (const options::SecurityScheme& scheme : security_) {
      const bool is_bearer = scheme.header() == "Authorization";
      out_.Key(scheme.name());
      out_.BeginObject();
      Text("type", is_bearer ? "http" : "apiKey");
      if (is_bearer) {
        Text("scheme", "bearer");
      } else {
        Text("in", "header");
        Text("name", scheme.header());
      }
      WriteDescription(scheme.description(), out_);
      out_.EndObject();
    }
    out_.EndObject();
  }

  JsonWriter out_;
  const std::vector<options::Error> common_errors_;
  const std::vector<options::SecurityScheme> security_;
  const std::vector<options::Header> headers_;
};

}  // namespace

absl::StatusOr<std::string> MakeOpenApi(const Files& files, const DocumentInfo& info) {
  Operations operations;
  for (const FileDescriptor* file : files) {
    for (int s = 0; s < file->service_count(); ++s) {
      const ServiceDescriptor& service = *file->service(s);
      for (int m = 0; m < service.method_count(); ++m) {
        auto bindings = BindingsOf(*service.method(m));
        if (!bindings.ok()) return bindings.status();
        for (Binding& binding : *bindings) {
          std::vector<Operation>& at_path = operations[binding.path];
          at_path.push_back({service.method(m), std::move(binding)});
        }
      }
    }
  }
  std::string text;
  Document(files, &text).Write(info, operations);
  return text;
}

}  // namespace presences::plugin
