// What only the embedded engine has: a folder that others may have touched.
#include "server/store/rocksdb/rocksdb_log.h"

#include <rocksdb/db.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
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

class RocksdbLogTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Log>> Open(const std::string& path,
                                            Durability durability = Durability::kSync) {
    return OpenRocksdbLog({path, durability}, {"demo"});
  }
  // A power cut or kill as the disk sees it: what is in the files now.
  std::string CrashImage() {
    const std::string image = dir_.Sub("image");
    std::filesystem::copy(db_path(), image);
    return image;
  }
  static void Put(Log& log, Revision revision) {
    ASSERT_THAT(log.Append({LogEntry{0, revision, "p1", MakeRecord({.revision = revision})}}),
                IsOk());
  }
  static std::uint64_t EpochOf(Log& log) {
    return log.Load(0, [](PresencePtr) {})->epoch;
  }
  void PutRaw(const std::string& key, const std::string& value) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, db_path(), &db).ok());
    ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), key, value).ok());
    delete db;
  }
  std::string db_path() const { return dir_.Sub("db"); }

  TempDir dir_;
};

TEST_F(RocksdbLogTest, SecondOpenIsRefused) {
  const auto first = Open(db_path());
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(Open(db_path()), HasReason(kUnavailable, "locked by another process"));
}

TEST_F(RocksdbLogTest, FileInPlaceOfTheFolderIsRefused) {
  std::ofstream(db_path()) << "x";
  EXPECT_THAT(Open(db_path()), HasReason(kUnavailable, "not a directory"));
}

TEST_F(RocksdbLogTest, MissingParentIsRefused) {
  EXPECT_THAT(Open(dir_.Sub("a/b")), HasReason(kUnavailable, "parent folder does not exist"));
}

TEST_F(RocksdbLogTest, ReadOnlyFolderIsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  std::filesystem::create_directory(db_path());
  std::filesystem::permissions(
      db_path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THAT(Open(db_path()), HasReason(kUnavailable, "not writable"));
}

TEST_F(RocksdbLogTest, NewerFormatIsRefused) {
  PutRaw("v", "2");
  EXPECT_THAT(Open(db_path()), HasReason(kUnavailable, "newer version (format 2"));
}

TEST_F(RocksdbLogTest, ForeignDatabaseIsRefused) {
  PutRaw("something", "else");
  EXPECT_THAT(Open(db_path()), HasReason(kUnavailable, "not presenced's"));
}

TEST_F(RocksdbLogTest, UnreadableRecordIsCorruption) {
  { ASSERT_THAT(Open(db_path()), IsOk()); }
  PutRaw(std::string("rdemo\0p1", 8), "garbage");
  const auto log = Open(db_path());
  ASSERT_THAT(log, IsOk());
  EXPECT_THAT((*log)->Load(0, [](PresencePtr) {}), HasReason(kUnavailable, "corrupt"));
}

TEST_F(RocksdbLogTest, SyncKeepsItsEpochThroughACrash) {
  const auto log = Open(db_path());
  ASSERT_THAT(log, IsOk());
  Put(**log, 1);
  const auto after = Open(CrashImage());
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(EpochOf(**after), EpochOf(**log));
}

TEST_F(RocksdbLogTest, AsyncChangesItsEpochOnlyAfterACrash) {
  std::uint64_t epoch = 0;
  {
    const auto log = Open(db_path(), Durability::kAsync);
    ASSERT_THAT(log, IsOk());
    epoch = EpochOf(**log);
    ASSERT_THAT((*log)->Close(), IsOk());
  }
  const auto clean = Open(db_path(), Durability::kAsync);
  ASSERT_THAT(clean, IsOk());
  EXPECT_EQ(EpochOf(**clean), epoch);
  Put(**clean, 1);
  const std::string image = CrashImage();
  {
    const auto unclean = Open(image, Durability::kSync);
    ASSERT_THAT(unclean, IsOk());
    EXPECT_NE(EpochOf(**unclean), epoch);
    epoch = EpochOf(**unclean);
  }
  const auto later = Open(image, Durability::kSync);  // the crash was dealt with once
  ASSERT_THAT(later, IsOk());
  EXPECT_EQ(EpochOf(**later), epoch);
}

TEST_F(RocksdbLogTest, ProjectsThatAreNotConfiguredKeepTheirRecords) {
  {
    const auto log = OpenRocksdbLog({db_path(), Durability::kSync}, {"a", "b"});
    ASSERT_THAT(log, IsOk());
    ASSERT_THAT((*log)->Append({LogEntry{1, 1, "p1", MakeRecord({})}}), IsOk());
  }
  { ASSERT_THAT(Open(db_path()), IsOk()); }
  const auto log = OpenRocksdbLog({db_path(), Durability::kSync}, {"b"});
  ASSERT_THAT(log, IsOk());
  int records = 0;
  EXPECT_EQ((*log)->Load(0, [&records](PresencePtr) { ++records; })->revision, 1);
  EXPECT_EQ(records, 1);
}

}  // namespace
}  // namespace presences::store
