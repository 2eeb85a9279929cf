#include "server/store/rocksdb/startup.h"

#include <rocksdb/write_batch.h>

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/store/rocksdb/key_layout.h"
#include "server/store/rocksdb/storage_error.h"

namespace presences::store {
namespace {

absl::string_view ViewOf(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status CheckFormat(Database& database) {
  std::string text;
  const rocksdb::Status found = database.Get(kFormatKey, &text);
  if (!found.ok() && !found.IsNotFound()) return OpenError(database.path(), found);
  if (found.IsNotFound()) {
    const auto any = database.Iterate(rocksdb::ReadOptions());
    any->SeekToFirst();
    if (!any->status().ok()) return OpenError(database.path(), any->status());
    if (!any->Valid()) return absl::OkStatus();
    return OpenError(database.path(),
                     "holds a database that is not presenced's; name another folder");
  }
  int version = 0;
  if (!absl::SimpleAtoi(text, &version) || version < 1) {
    return OpenError(database.path(), rocksdb::Status::Corruption("unreadable format version"));
  }
  if (version > kFormatVersion) {
    return OpenError(
        database.path(),
        absl::StrCat("was written by a newer version (format ", version, ", this one reads up to ",
                     kFormatVersion, "); start that version, or move the folder away"));
  }
  return absl::OkStatus();
}

using Heads = absl::flat_hash_map<std::string, LogHead>;  // by project id

absl::StatusOr<Heads> ReadHeads(Database& database) {
  Heads heads;
  const auto row = database.Iterate(rocksdb::ReadOptions());
  for (row->Seek(kHeadPrefix); row->Valid(); row->Next()) {
    absl::string_view key = ViewOf(row->key());
    if (!absl::ConsumePrefix(&key, kHeadPrefix)) break;
    const std::optional<LogHead> head = DecodeHead(ViewOf(row->value()));
    if (!head) {
      return OpenError(database.path(),
                       rocksdb::Status::Corruption(absl::StrCat("unreadable head of ", key)));
    }
    heads[std::string(key)] = *head;
  }
  if (!row->status().ok()) return OpenError(database.path(), row->status());
  return heads;
}

}  // namespace

absl::StatusOr<std::vector<LogHead>> StartDatabase(Database& database, Durability durability,
                                                   const std::vector<std::string>& project_ids) {
  const absl::Status format = CheckFormat(database);
  if (!format.ok()) return format;
  absl::StatusOr<Heads> heads = ReadHeads(database);
  if (!heads.ok()) return heads.status();

  std::string ignored;
  const rocksdb::Status unclean = database.Get(kRunningKey, &ignored);
  if (!unclean.ok() && !unclean.IsNotFound()) return OpenError(database.path(), unclean);
  if (unclean.ok()) {
    for (auto& [id, head] : *heads) head.epoch = NewEpoch();
  }
  std::vector<LogHead> answer;
  answer.reserve(project_ids.size());
  for (const std::string& id : project_ids) {
    answer.push_back(heads->try_emplace(id, LogHead{0, NewEpoch()}).first->second);
  }

  rocksdb::WriteBatch batch;
  batch.Put(kFormatKey, absl::StrCat(kFormatVersion));
  for (const auto& [id, head] : *heads) batch.Put(HeadKey(id), EncodeHead(head));
  if (durability == Durability::kAsync) {
    batch.Put(kRunningKey, "");
  } else {
    batch.Delete(kRunningKey);
  }
  const rocksdb::Status written = database.Write(&batch, /*sync=*/true);
  if (!written.ok()) return OpenError(database.path(), written);
  return answer;
}

rocksdb::Status StopDatabase(Database& database) {
  rocksdb::WriteBatch batch;
  batch.Delete(kRunningKey);
  const rocksdb::Status synced = database.Write(&batch, /*sync=*/true);
  const rocksdb::Status closed = database.Close();
  return synced.ok() ? closed : synced;
}

}  // namespace presences::store
