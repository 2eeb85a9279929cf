// protoc-gen-presences: the protoc plugin (see generator.h).
#include <google/protobuf/compiler/plugin.h>

#include "proto/plugin/generator.h"

int main(int argc, char* argv[]) {
  const presences::plugin::Generator generator;
  return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}
