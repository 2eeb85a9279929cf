// The arrows between folders (docs/architecture.md), checked on every include of ours: an include
// against an arrow, or of a folder that is not listed, fails here with the file and line.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

// Folder → folders it may include, besides itself. Design 5.2.
const std::map<std::string, std::set<std::string>> kArrows = {
    {"server/base", {}},
    {"server/core", {"server/base"}},
    {"server/store", {"server/base", "server/core"}},
    {"server/store/rocksdb", {"server/base", "server/core", "server/store"}},
    {"server/hub", {"server/base", "server/core", "server/store"}},
    {"server/auth", {"server/base", "server/core"}},
    {"server/config", {"server/base", "server/core", "server/auth"}},
    {"server/wire", {"server/base", "server/core", "proto", "proto/runtime"}},
    {"server/service", {"server/base", "server/core", "server/store", "server/hub", "server/auth"}},
    {"server/api",
     {"server/base", "server/core", "server/auth", "server/service", "server/wire", "proto"}},
    {"server/gateway/grpc",
     {"server/api", "server/base", "server/core", "server/hub", "server/auth", "server/service",
      "server/wire", "proto"}},
    // How a connection passes from one transport to another, without either knowing the other.
    {"server/gateway/net", {"server/base", "server/auth"}},
    {"server/gateway/http",
     {"server/api", "server/base", "server/core", "server/hub", "server/auth", "server/service",
      "server/wire", "server/gateway/net", "proto", "proto/runtime"}},
    {"server/gateway/ws",
     {"server/base", "server/core", "server/hub", "server/auth", "server/service", "server/wire",
      "proto/runtime", "server/gateway/net"}},
    {"server/fetch", {"server/base"}},
    {"server/ops", {"server/base"}},
    {"proto/runtime", {}},
    {"proto/plugin", {"proto", "proto/runtime"}},
    {"proto/plugin/main", {"proto/plugin"}},
    {"client", {"server/base", "proto"}},
};

// Folders that may include anything: they put the rest together.
const std::set<std::string> kAll = {"server/app",          "client/cli",      "client/cli/bench",
                                    "client/cli/describe", "client/cli/live", "client/examples"};

struct Include {
  std::string file;
  int line;
  std::string folder;  // of the including file
  std::string target;  // folder that is included
};

std::string FolderOf(const std::string& path) { return fs::path(path).parent_path().string(); }

// The folder of ours that an include names; empty for libraries.
std::string TargetOf(const std::string& included) {
  if (included.rfind("presences/", 0) == 0) return "proto";  // generated from proto/
  for (const char* top : {"server/", "client/", "proto/", "tests/"}) {
    if (included.rfind(top, 0) == 0) return FolderOf(included);
  }
  return "";
}

std::vector<Include> AllIncludes() {
  std::vector<Include> includes;
  const fs::path root = PRESENCES_ROOT;
  for (const char* top : {"server", "client", "proto"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const fs::path& path = entry.path();
      if (path.extension() != ".h" && path.extension() != ".cc") continue;
      const std::string file = fs::relative(path, root).string();
      std::ifstream in(path);
      std::string line;
      for (int number = 1; std::getline(in, line); ++number) {
        if (line.rfind("#include \"", 0) != 0) continue;
        const std::string included = line.substr(10, line.find('"', 10) - 10);
        const std::string target = TargetOf(included);
        if (!target.empty()) includes.push_back({file, number, FolderOf(file), target});
      }
    }
  }
  return includes;
}

bool Allowed(const Include& include) {
  if (include.folder == include.target || kAll.count(include.folder) != 0) return true;
  const auto arrows = kArrows.find(include.folder);
  return arrows != kArrows.end() && arrows->second.count(include.target) != 0;
}

TEST(ArchitectureTest, EveryIncludeFollowsTheArrows) {
  const std::vector<Include> includes = AllIncludes();
  ASSERT_GT(includes.size(), 100u) << "the scan found almost nothing; is the path right?";
  for (const Include& include : includes) {
    EXPECT_TRUE(Allowed(include)) << include.file << ":" << include.line << ": " << include.folder
                                  << " must not include " << include.target;
  }
}

TEST(ArchitectureTest, HeadersKeepHeavyLibrariesOut) {
  // Beast costs 30 s a file and gRPC 5 s: they stay in .cc files, and in the headers of the leaf
  // that wraps them.
  const std::map<std::string, std::string> allowed = {{"grpcpp", "server/gateway/grpc/"},
                                                      {"boost", "server/gateway/"},
                                                      {"rocksdb", "server/store/rocksdb/"}};
  const fs::path root = PRESENCES_ROOT;
  for (const auto& entry : fs::recursive_directory_iterator(root / "server")) {
    if (entry.path().extension() != ".h") continue;
    const std::string file = fs::relative(entry.path(), root).string();
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    for (const auto& [library, where] : allowed) {
      const bool included = text.str().find("#include <" + library + "/") != std::string::npos;
      const bool fine = file.rfind(where, 0) == 0;
      EXPECT_TRUE(!included || fine) << file << " includes <" << library << "/...>";
    }
  }
}

TEST(ArchitectureTest, FilesStaySmall) {
  const fs::path root = PRESENCES_ROOT;
  for (const char* top : {"server", "client", "proto", "tests"}) {
    const std::size_t limit = std::string(top) == "tests" ? 800 : 500;
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const fs::path& path = entry.path();
      if (path.string().find("node_modules") != std::string::npos) continue;
      if (path.extension() != ".h" && path.extension() != ".cc" && path.extension() != ".proto") {
        continue;
      }
      std::ifstream in(path);
      const auto lines = static_cast<std::size_t>(
          std::count(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>(), '\n'));
      EXPECT_LE(lines, limit) << fs::relative(path, root) << ": split it by idea";
    }
  }
}

}  // namespace
