#include "server/config/load.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/config/parse.h"
#include "server/config/yaml_document.h"

namespace presences::config {
namespace {

void ParseProjects(const YamlValue& value, const ConfigFiles& files,
                   std::vector<ProjectConfig>& projects) {
  for (const YamlValue& element : value.AsList()) {
    ProjectConfig project;
    ParseProject(element, files, project);
    const bool taken = !project.id.empty() && std::any_of(projects.begin(), projects.end(),
                                                          [&](const ProjectConfig& other) {
                                                            return other.id == project.id;
                                                          });
    if (taken) {
      element.errors().Add(element.line(), absl::StrCat(element.path(), ".id"),
                           "is given twice; every project needs an id of its own");
    }
    projects.push_back(std::move(project));
  }
  if (value.node().IsSequence() && value.node().size() == 0) {
    value.Fail("must not be empty; configure at least one project");
  }
}

void ParseRoot(const YamlValue& value, const ConfigFiles& files, Config& config) {
  YamlMap map(value);
  if (const auto server = map.Find("server")) ParseServer(*server, files, config.server);
  if (const auto storage = map.Find("storage")) ParseStorage(*storage, files, config.storage);
  if (const auto projects = map.Require("projects", "configure at least one project")) {
    ParseProjects(*projects, files, config.projects);
  }
  map.Finish();
}

}  // namespace

absl::StatusOr<Config> ParseConfig(absl::string_view text, const std::string& filename,
                                   const std::string& base_dir) {
  ErrorList errors(filename);
  Config config;
  if (const std::optional<YAML::Node> document = ReadDocument(text, errors)) {
    ParseRoot(YamlValue(*document, "", 1, errors), ConfigFiles(base_dir), config);
  }
  if (absl::Status status = errors.ToStatus(); !status.ok()) return status;
  return config;
}

absl::StatusOr<Config> LoadConfig(const std::string& path) {
  absl::StatusOr<std::string> text = ReadWholeFile(path);
  if (!text.ok()) return text.status();
  return ParseConfig(*text, path, std::filesystem::path(path).parent_path().string());
}

}  // namespace presences::config
