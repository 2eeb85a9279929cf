// Generator: turns protos into the code and the document that serve them over HTTP.
//
// For each `a/b.proto`: `a/b.json.{h,cc}` (readers and writers of its messages) and, if it has
// services, `a/b.routes.{h,cc}` (their route tables). Once per run, if the parameter
// `document=a/api` asks for it: `a/api.{h,cc}` (all tables, the document as a string) and
// `a/api.json` (the OpenAPI document). Parameters `title` and `version` go into the document.
//
// Threads: one at a time.
#pragma once

#include <google/protobuf/compiler/code_generator.h>

#include <string>
#include <vector>

namespace presences::plugin {

class Generator : public google::protobuf::compiler::CodeGenerator {
 public:
  std::uint64_t GetSupportedFeatures() const override { return FEATURE_PROTO3_OPTIONAL; }

  bool Generate(const google::protobuf::FileDescriptor* file, const std::string& parameter,
                google::protobuf::compiler::GeneratorContext* context,
                std::string* error) const override;

  bool GenerateAll(const std::vector<const google::protobuf::FileDescriptor*>& files,
                   const std::string& parameter,
                   google::protobuf::compiler::GeneratorContext* context,
                   std::string* error) const override;
};

}  // namespace presences::plugin
