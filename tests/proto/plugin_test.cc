// The generator itself: that a new rpc is all it takes, and what it refuses.
#include <gmock/gmock.h>
#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "proto/plugin/generator.h"

namespace presences::plugin {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::compiler::DiskSourceTree;
using google::protobuf::compiler::Importer;
using google::protobuf::io::ArrayInputStream;
using google::protobuf::io::StringOutputStream;
using google::protobuf::io::ZeroCopyInputStream;
using google::protobuf::io::ZeroCopyOutputStream;
using testing::HasSubstr;
using testing::Not;

// Serves `toy.proto` from memory, what it imports from disk.
class Tree : public google::protobuf::compiler::SourceTree {
 public:
  explicit Tree(std::string text) : text_(std::move(text)) {
    for (const absl::string_view root : absl::StrSplit(PRESENCES_PROTO_PATH, ':')) {
      disk_.MapPath("", std::string(root));
    }
  }

  ZeroCopyInputStream* Open(const std::string& name) override {
    if (name != "toy.proto") return disk_.Open(name);
    return new ArrayInputStream(text_.data(), static_cast<int>(text_.size()));
  }

 private:
  const std::string text_;
  DiskSourceTree disk_;
};

class Errors : public google::protobuf::compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& file, int line, int, const std::string& message) override {
    ADD_FAILURE() << file << ":" << line + 1 << ": " << message;
  }
};

class Output : public google::protobuf::compiler::GeneratorContext {
 public:
  ZeroCopyOutputStream* Open(const std::string& name) override {
    return new StringOutputStream(&files[name]);
  }

  std::map<std::string, std::string> files;
};

struct Outcome {
  std::string error;
  std::map<std::string, std::string> files;
};

Outcome Generate(const std::string& proto, const std::string& parameter = "document=toy/api") {
  Tree tree(proto);
  Errors errors;
  Importer importer(&tree, &errors);
  const FileDescriptor* file = importer.Import("toy.proto");
  if (file == nullptr) return {"does not compile", {}};
  Output output;
  Outcome outcome;
  const bool ok = Generator().GenerateAll({file}, parameter, &output, &outcome.error);
  EXPECT_EQ(ok, outcome.error.empty());
  outcome.files = output.files;
  return outcome;
}

constexpr char kToy[] = R"(
  syntax = "proto3";
  package toy;
  import "google/api/annotations.proto";
  import "google/protobuf/any.proto";
  import "google/rpc/status.proto";
  import "presences/options/v1/options.proto";
  message Ball { string name = 1; repeated string list = 2; Ball inner = 3; }
  message Broken { google.rpc.Status status = 1; }
  //MESSAGES
  service Toys {
    // Gets a ball.
    rpc GetBall(Ball) returns (Ball) { option (google.api.http) = {get: "/v1/balls/{name}"}; }
    //RPCS
  }
)";

std::string With(absl::string_view place, absl::string_view text) {
  return absl::StrReplaceAll(kToy, {{absl::StrCat("//", place), text}});
}

TEST(PluginTest, GivesANewRpcItsRouteAndItsPlaceInTheDocument) {
  const Outcome before = Generate(kToy);
  const Outcome after = Generate(With("RPCS", R"(
    // Throws a ball.
    rpc ThrowBall(Ball) returns (Ball) {
      option (google.api.http) = {post: "/v1/balls/{name}:throw" body: "*"};
    })"));
  ASSERT_EQ(before.error, "");
  ASSERT_EQ(after.error, "");
  EXPECT_THAT(before.files.at("toy.routes.cc"), HasSubstr("\"/toy.Toys/GetBall\""));
  EXPECT_THAT(before.files.at("toy.routes.cc"), Not(HasSubstr("ThrowBall")));
  EXPECT_THAT(after.files.at("toy.routes.cc"), HasSubstr("\"/toy.Toys/ThrowBall\""));
  EXPECT_THAT(after.files.at("toy.routes.cc"), HasSubstr("\"/v1/balls/{name}:throw\""));
  const std::string& document = after.files.at("toy/api.json");
  EXPECT_THAT(before.files.at("toy/api.json"), Not(HasSubstr("ThrowBall")));
  EXPECT_THAT(document,
              HasSubstr(R"("/v1/balls/{name}:throw":{"post":{"operationId":"ThrowBall")"));
  EXPECT_THAT(document, HasSubstr(R"("summary":"Throws a ball.")"));
}

TEST(PluginTest, MakesTheFilesItPromises) {
  const Outcome outcome = Generate(kToy);
  std::vector<std::string> names;
  for (const auto& [name, text] : outcome.files) {
    names.push_back(name);
    EXPECT_FALSE(text.empty()) << name;
  }
  EXPECT_THAT(names,
              testing::ElementsAre("toy.json.cc", "toy.json.h", "toy.routes.cc", "toy.routes.h",
                                   "toy/api.cc", "toy/api.h", "toy/api.json"));
  EXPECT_THAT(Generate(kToy, "").files, testing::SizeIs(4));
}

TEST(PluginTest, RefusesRulesItCannotServe) {
  const struct {
    const char* rpc;
    const char* error;
  } kCases[] = {
      {R"(rpc A(Ball) returns (Ball) { option (google.api.http) = {get: "/v1/{nothing}"}; })",
       "toy.Toys.A: no field 'nothing' in the request"},
      {R"(rpc A(Ball) returns (Ball) { option (google.api.http) = {get: "/v1/{list}"}; })",
       "toy.Toys.A: field 'list' does not fit into a path"},
      {R"(rpc A(Ball) returns (Ball) { option (google.api.http) = {get: "/v1/{inner}"}; })",
       "toy.Toys.A: field 'inner' does not fit into a path"},
      {R"(rpc A(Ball) returns (Ball) { option (google.api.http) = {get: "/v1/{inner.name}"}; })",
       "toy.Toys.A: no field 'inner.name' in the request"},
      {R"(rpc A(Ball) returns (Ball) { option (google.api.http) = {get: "/v1/{name=x/*}"}; })",
       "toy.Toys.A: no patterns in the path"},
      {R"(rpc A(Ball) returns (Ball) { option (google.api.http) = {get: "/v1/*"}; })",
       "toy.Toys.A: no patterns in the path"},
      {R"(rpc A(Ball) returns (Ball) { option (google.api.http) = {get: "/v1/{name"}; })",
       "toy.Toys.A: a '{' without '}' in the path"},
      {R"(rpc A(Ball) returns (Ball) { option (google.api.http) = {get: "/v1/x{name}"}; })",
       "toy.Toys.A: text before a variable"},
      {R"(rpc A(Ball) returns (Ball) { option (google.api.http) = {get: "/v1/{name}x"}; })",
       "toy.Toys.A: text after a variable"},
      {R"(rpc A(Ball) returns (Ball) { option (google.api.http) = {get: "v1"}; })",
       "toy.Toys.A: the path must begin with '/'"},
      {R"(rpc A(Ball) returns (Ball) {
            option (google.api.http) = {post: "/v1/a" body: "inner"}; })",
       "toy.Toys.A: body must be \"*\""},
      {R"(rpc A(Ball) returns (Ball) {
            option (google.api.http) = {get: "/v1/a" response_body: "inner"}; })",
       "toy.Toys.A: response_body is not supported"},
      {R"(rpc A(Ball) returns (Ball) {
            option (google.api.http) = {custom: {kind: "HEAD" path: "/v1/a"}}; })",
       "toy.Toys.A: only get, put, post, patch and delete"},
      {R"(rpc A(stream Ball) returns (Ball) { option (google.api.http) = {get: "/v1/a"}; })",
       "toy.Toys.A: a client's stream has no HTTP form"},
      {R"(rpc A(Broken) returns (Ball) { option (google.api.http) = {get: "/v1/a"}; })",
       "toy.Toys.A: the request holds a google.rpc.Status, which cannot be read"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Generate(With("RPCS", c.rpc)).error, c.error) << c.rpc;
}

TEST(PluginTest, RefusesFieldsThatHaveNoJsonForm) {
  const struct {
    const char* message;
    const char* error;
  } kCases[] = {
      {"message A { bytes b = 1; }", "toy.A.b: "},
      {"message A { map<string, string> b = 1; }", "toy.A.b: "},
      {"message A { google.protobuf.Any b = 1; }", "toy.A.b: "},
      {"message A { int32 b = 1 [(presences.options.v1.inline_json) = true]; }",
       "toy.A.b: 'inline_json' is for strings"},
      {"message A { int32 b = 1 [(presences.options.v1.loose_bool) = true]; }",
       "toy.A.b: 'loose_bool' is for bools"},
      {"message A { option (presences.options.v1.unwrapped) = true; int32 b = 1; }",
       "toy.A: 'unwrapped' needs exactly one repeated field"},
      {"message A { message N { bytes b = 1; } }", "toy.A.N.b: "},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(Generate(With("MESSAGES", c.message)).error, testing::StartsWith(c.error))
        << c.message;
  }
  EXPECT_EQ(
      Generate(With("MESSAGES",
                    "message A { bytes b = 1 [(presences.options.v1.json_omitted) = true]; }"))
          .error,
      "");
}

TEST(PluginTest, RefusesUnknownParameters) {
  EXPECT_EQ(Generate(kToy, "documnet=x").error, "unknown parameter 'documnet'");
}

}  // namespace
}  // namespace presences::plugin
