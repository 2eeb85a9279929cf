// What every log engine must do (server/store/log.h). A new engine adds a factory to Engines.
#include <filesystem>
#include <map>

#include "gmock/gmock.h"
#include "server/store/log.h"
#include "server/store/rocksdb/rocksdb_log.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_harness.h"
#include "tests/support/temp_dir.h"

namespace presences::store {
namespace {

using presences::testing::IsOk;
using presences::testing::MakeRecord;
using presences::testing::RecordSpec;
using presences::testing::TempDir;

using Projects = std::vector<std::string>;

// An engine with its storage. Open may be called again after the log before was destroyed.
struct MemoryEngine {
  static constexpr bool kKeepsRecords = false;
  std::unique_ptr<Log> Open(const Projects&) { return MakeMemoryLog(); }
  std::unique_ptr<Log> OpenCrashImage(const Projects&) { return MakeMemoryLog(); }
};

template <Durability durability>
struct EmbeddedEngine {
  static constexpr bool kKeepsRecords = true;
  std::unique_ptr<Log> Open(const Projects& projects) { return OpenAt("db", projects); }
  // As after a kill: the files as they are, without a word from the process that wrote them.
  std::unique_ptr<Log> OpenCrashImage(const Projects& projects) {
    std::filesystem::copy(dir.Sub("db"), dir.Sub("image"));
    return OpenAt("image", projects);
  }
  std::unique_ptr<Log> OpenAt(const std::string& name, const Projects& projects) {
    auto log = OpenRocksdbLog({dir.Sub(name), durability}, projects);
    EXPECT_THAT(log, IsOk());
    return log.ok() ? *std::move(log) : nullptr;
  }
  TempDir dir;
};

using Engines = ::testing::Types<MemoryEngine, EmbeddedEngine<Durability::kSync>,
                                 EmbeddedEngine<Durability::kAsync>>;

template <typename Engine>
class LogConformanceTest : public ::testing::Test {
 protected:
  using Records = std::map<std::string, std::string>;  // id -> encoding

  static PresencePtr Record(const std::string& id, Revision revision,
                            const std::string& metadata = "{}") {
    RecordSpec spec;
    spec.id = id;
    spec.metadata = metadata;
    spec.revision = spec.created_revision = revision;
    return MakeRecord(spec);
  }
  // Loads a project and answers its records and, in `*head`, its head.
  static Records Load(Log& log, std::uint32_t project = 0, LogHead* head = nullptr) {
    Records records;
    const absl::StatusOr<LogHead> loaded = log.Load(project, [&records](PresencePtr record) {
      EXPECT_TRUE(records.emplace(std::string(record->id()), record->Encode()).second);
    });
    EXPECT_THAT(loaded, IsOk());
    if (head != nullptr && loaded.ok()) *head = *loaded;
    return records;
  }
  static Records Of(const std::vector<PresencePtr>& records) {
    Records map;
    for (const PresencePtr& record : records) map[std::string(record->id())] = record->Encode();
    return map;
  }

  Engine engine_;
};

TYPED_TEST_SUITE(LogConformanceTest, Engines);

TYPED_TEST(LogConformanceTest, NewProjectIsEmptyAtRevisionZero) {
  const auto log = this->engine_.Open({"demo"});
  LogHead head;
  EXPECT_TRUE(this->Load(*log, 0, &head).empty());
  EXPECT_EQ(head.revision, 0);
  EXPECT_NE(head.epoch, 0u);
}

TYPED_TEST(LogConformanceTest, ProbeWithoutEntriesSucceeds) {
  const auto log = this->engine_.Open({"demo"});
  this->Load(*log);
  EXPECT_THAT(log->Append({}), IsOk());
  EXPECT_THAT(log->Append({LogEntry{0, 1, "p1", this->Record("p1", 1)}}), IsOk());
}

TYPED_TEST(LogConformanceTest, CloseTwiceIsOk) {
  const auto log = this->engine_.Open({"demo"});
  this->Load(*log);
  EXPECT_THAT(log->Close(), IsOk());
  EXPECT_THAT(log->Close(), IsOk());
}

TYPED_TEST(LogConformanceTest, NewestVersionsAreReadBack) {
  const PresencePtr older = this->Record("p1", 1), newer = this->Record("p1", 2),
                    other = this->Record("p2", 3);
  {
    const auto log = this->engine_.Open({"demo"});
    this->Load(*log);
    ASSERT_THAT(log->Append({LogEntry{0, 1, "p1", older}}), IsOk());
    ASSERT_THAT(log->Append({LogEntry{0, 2, "p1", newer}, LogEntry{0, 3, "p2", other}}), IsOk());
    ASSERT_THAT(log->Close(), IsOk());
  }
  if (!TypeParam::kKeepsRecords) GTEST_SKIP() << "keeps nothing";
  const auto log = this->engine_.Open({"demo"});
  EXPECT_EQ(this->Load(*log), this->Of({newer, other}));
}

TYPED_TEST(LogConformanceTest, RemovedStaysRemoved) {
  const PresencePtr record = this->Record("p1", 1), again = this->Record("p3", 6);
  {
    const auto log = this->engine_.Open({"demo"});
    this->Load(*log);
    ASSERT_THAT(log->Append({LogEntry{0, 1, "p1", record}, LogEntry{0, 2, "p2", record}}), IsOk());
    ASSERT_THAT(log->Append({LogEntry{0, 3, "p1", nullptr}}), IsOk());
    // Within one group the last word counts.
    ASSERT_THAT(log->Append({LogEntry{0, 4, "p2", nullptr}, LogEntry{0, 5, "p3", record},
                             LogEntry{0, 6, "p3", again}}),
                IsOk());
  }
  if (!TypeParam::kKeepsRecords) GTEST_SKIP() << "keeps nothing";
  const auto log = this->engine_.Open({"demo"});
  EXPECT_EQ(this->Load(*log), this->Of({again}));
}

TYPED_TEST(LogConformanceTest, HeadAndEpochSurviveAnOrderlyStopOrTheEpochChanges) {
  LogHead before, after;
  {
    const auto log = this->engine_.Open({"demo"});
    this->Load(*log, 0, &before);
    ASSERT_THAT(log->Append({LogEntry{0, 1, "p1", this->Record("p1", 1)}}), IsOk());
    ASSERT_THAT(log->Append({LogEntry{0, 5, "p1", nullptr}}), IsOk());  // after failed appends
    ASSERT_THAT(log->Close(), IsOk());
  }
  const auto log = this->engine_.Open({"demo"});
  this->Load(*log, 0, &after);
  if (TypeParam::kKeepsRecords) {
    EXPECT_EQ(after.revision, 5);
    EXPECT_EQ(after.epoch, before.epoch);
  } else {
    EXPECT_EQ(after.revision, 0);
    EXPECT_NE(after.epoch, before.epoch);
  }
}

TYPED_TEST(LogConformanceTest, ProjectsDoNotMix) {
  // Some names are prefixes of others, or sort around the separator.
  Projects names = {"a", "a.", "a1", "aa", "b", "a_b"};
  for (int i = 0; i < 100; ++i) names.push_back(absl::StrCat("many", i));
  std::vector<LogEntry> group;
  for (std::uint32_t project = 0; project < names.size(); ++project) {
    for (Revision revision = 1; revision <= 3; ++revision) {
      const std::string id = absl::StrCat("p", project, ".", revision);
      group.push_back({project, revision, id, this->Record(id, revision)});
    }
  }
  {
    const auto log = this->engine_.Open(names);
    for (std::uint32_t project = 0; project < names.size(); ++project) this->Load(*log, project);
    ASSERT_THAT(log->Append(group), IsOk());
  }
  if (!TypeParam::kKeepsRecords) GTEST_SKIP() << "keeps nothing";
  const auto log = this->engine_.Open(names);
  for (std::uint32_t project = 0; project < names.size(); ++project) {
    std::vector<PresencePtr> expected;
    for (const LogEntry& entry : group) {
      if (entry.project == project) expected.push_back(entry.record);
    }
    LogHead head;
    EXPECT_EQ(this->Load(*log, project, &head), this->Of(expected)) << names[project];
    EXPECT_EQ(head.revision, 3);
  }
}

TYPED_TEST(LogConformanceTest, LargestMetadataSurvives) {
  const std::string text(65'535 - 8, 'x');
  const PresencePtr record = this->Record("p1", 1, R"({"k":")" + text + R"("})");
  ASSERT_EQ(record->metadata().size(), 65'535u);
  {
    const auto log = this->engine_.Open({"demo"});
    this->Load(*log);
    ASSERT_THAT(log->Append({LogEntry{0, 1, "p1", record}}), IsOk());
  }
  if (!TypeParam::kKeepsRecords) GTEST_SKIP() << "keeps nothing";
  const auto log = this->engine_.Open({"demo"});
  EXPECT_EQ(this->Load(*log), this->Of({record}));
}

TYPED_TEST(LogConformanceTest, KilledProcessLosesNothingThatWasAppended) {
  const auto log = this->engine_.Open({"demo"});
  this->Load(*log);
  std::vector<PresencePtr> kept;
  for (Revision revision = 1; revision <= 100; ++revision) {
    const std::string id = absl::StrCat("p", revision);
    kept.push_back(this->Record(id, revision));
    ASSERT_THAT(log->Append({LogEntry{0, revision, id, kept.back()}}), IsOk());
  }
  ASSERT_THAT(log->Append({LogEntry{0, 101, "p1", nullptr}}), IsOk());
  kept.erase(kept.begin());
  if (!TypeParam::kKeepsRecords) GTEST_SKIP() << "keeps nothing";
  const auto image = this->engine_.OpenCrashImage({"demo"});
  LogHead head;
  EXPECT_EQ(this->Load(*image, 0, &head), this->Of(kept));
  EXPECT_EQ(head.revision, 101);
  // And it goes on from there.
  EXPECT_THAT(image->Append({LogEntry{0, 102, "p1", this->Record("p1", 102)}}), IsOk());
}

}  // namespace
}  // namespace presences::store
