// Damage on disk and failing writes: what is refused, what is cut, what comes back.
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "gmock/gmock.h"
#include "server/store/rocksdb/rocksdb_log.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_harness.h"
#include "tests/support/temp_dir.h"

namespace presences::store {
namespace {

using presences::testing::HasReason;
using presences::testing::IsOk;
using presences::testing::MakeRecord;
using presences::testing::TempDir;

constexpr Reason kUnavailable = Reason::kGeneralStorageUnavailable;

class RocksdbDamageTest : public ::testing::Test {
 protected:
  static absl::StatusOr<std::unique_ptr<Log>> Open(const std::string& path) {
    return OpenRocksdbLog({path, Durability::kSync}, {"demo"});
  }
  static LogEntry EntryOf(Revision revision, const std::string& metadata = "{}") {
    const std::string id = absl::StrCat("p", revision);
    return {
        0, revision, id,
        MakeRecord(
            {.id = id, .metadata = metadata, .revision = revision, .created_revision = revision})};
  }
  // Writes p1 to p<count>, one append each, and answers a crash image of the folder.
  std::string ImageOf(Revision count) {
    const auto log = Open(dir_.Sub("db"));
    EXPECT_THAT(log, IsOk());
    for (Revision revision = 1; revision <= count; ++revision) {
      EXPECT_THAT((*log)->Append({EntryOf(revision)}), IsOk());
    }
    std::filesystem::copy(dir_.Sub("db"), dir_.Sub("image"));
    return dir_.Sub("image");
  }
  // The newest file of the image with this ending that is not empty.
  static std::string FileOf(const std::string& image, const std::string& extension) {
    std::string newest;
    for (const auto& entry : std::filesystem::directory_iterator(image)) {
      if (entry.path().extension() == extension && entry.file_size() > 0) {
        newest = std::max(newest, entry.path().string());
      }
    }
    EXPECT_FALSE(newest.empty());
    return newest;
  }
  static void FlipByte(const std::string& file, std::streamoff offset) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(offset);
    const int byte = stream.get();
    stream.seekp(offset);
    stream.put(static_cast<char>(byte ^ 0x55));
  }
  static std::map<std::string, Revision> Contents(Log& log, LogHead* head = nullptr) {
    std::map<std::string, Revision> contents;
    const auto loaded = log.Load(0, [&contents](PresencePtr record) {
      contents[std::string(record->id())] = record->revision();
    });
    EXPECT_THAT(loaded, IsOk());
    if (head != nullptr && loaded.ok()) *head = *loaded;
    return contents;
  }

  TempDir dir_;
};

TEST_F(RocksdbDamageTest, DamageInTheMiddleOfTheWalIsRefused) {
  const std::string image = ImageOf(200);
  const std::string wal = FileOf(image, ".log");
  FlipByte(wal, static_cast<std::streamoff>(std::filesystem::file_size(wal) / 2));
  EXPECT_THAT(Open(image), HasReason(kUnavailable, "corrupt; restore it from a backup"));
}

// Wherever the last write is torn, it goes as a whole, and nothing before it does.
TEST_F(RocksdbDamageTest, TornTailIsCut) {
  const std::string image = ImageOf(20);
  const std::string wal = FileOf(image, ".log");
  const auto whole = std::filesystem::file_size(wal);
  for (const std::uintmax_t cut : {1, 10, 50, 100}) {
    const std::string torn = dir_.Sub(absl::StrCat("torn", cut));
    std::filesystem::copy(image, torn);
    std::filesystem::resize_file(FileOf(torn, ".log"), whole - cut);
    const auto log = Open(torn);
    ASSERT_THAT(log, IsOk());
    LogHead head;
    const auto contents = Contents(**log, &head);
    EXPECT_EQ(head.revision, 19);
    EXPECT_EQ(contents.size(), 19u);
    EXPECT_FALSE(contents.contains("p20"));
  }
}

TEST_F(RocksdbDamageTest, DamageInATableIsRefused) {
  const std::string image = ImageOf(200);
  { ASSERT_THAT(Open(image), IsOk()); }  // recovery turns the WAL into a table
  FlipByte(FileOf(image, ".sst"), 500);
  const auto log = Open(image);
  const absl::Status status =
      log.ok() ? (*log)->Load(0, [](PresencePtr) {}).status() : log.status();
  EXPECT_THAT(status, HasReason(kUnavailable, "corrupt"));
}

// Opening again is tried a few times a second.
void AwaitRecovery(Log& log) {
  Mutex mutex;
  CondVar never;
  while (!log.Append({}).ok()) {
    MutexLock lock(mutex);
    Clock::System().WaitFor(lock, never, std::chrono::milliseconds(10));
  }
}

// Lets files grow to `bytes` only, for as long as it lives: as if the disk were full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

TEST_F(RocksdbDamageTest, FailedAppendsChangeNothingAndRecoverByThemselves) {
  const std::string path = dir_.Sub("db");
  std::map<std::string, Revision> acknowledged;
  Revision revision = 0;
  {
    const auto log = Open(path);
    ASSERT_THAT(log, IsOk());
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 10; ++i) {
        ASSERT_THAT((*log)->Append({EntryOf(++revision)}), IsOk());
        acknowledged[absl::StrCat("p", revision)] = revision;
      }
      {
        const FileSizeLimit limit(2048);
        const std::string large = R"({"text":")" + std::string(8192, 'x') + R"("})";
        for (int i = 0; i < 3; ++i) {
          // One new record, and one that would overwrite an acknowledged one.
          LogEntry overwrite = EntryOf(revision + 2, large);
          overwrite.presence_id = "p1";
          EXPECT_THAT((*log)->Append({EntryOf(revision + 1, large), overwrite}),
                      HasReason(kUnavailable, "the disk is full"));
          revision += 2;
        }
      }
      AwaitRecovery(**log);
    }
    ASSERT_THAT((*log)->Append({EntryOf(++revision)}), IsOk());
    acknowledged[absl::StrCat("p", revision)] = revision;
  }
  const auto log = Open(path);
  ASSERT_THAT(log, IsOk());
  LogHead head;
  EXPECT_EQ(Contents(**log, &head), acknowledged);
  EXPECT_EQ(head.revision, revision);
}

}  // namespace
}  // namespace presences::store
