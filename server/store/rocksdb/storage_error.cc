#include "server/store/rocksdb/storage_error.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/reason.h"

namespace presences::store {
namespace {

bool IsFull(const rocksdb::Status& status, absl::string_view text) {
  return status.IsNoSpace() || absl::StrContains(text, "No space left") ||
         absl::StrContains(text, "quota exceeded") || absl::StrContains(text, "File too large");
}

bool IsForbidden(absl::string_view text) {
  return absl::StrContains(text, "Permission denied") ||
         absl::StrContains(text, "Read-only file system") ||
         absl::StrContains(text, "Operation not permitted");
}

bool IsLocked(absl::string_view text) {
  return absl::StrContains(text, "While lock file") || absl::StrContains(text, "lock hold by");
}

}  // namespace

absl::Status OpenError(absl::string_view path, absl::string_view problem_and_fix) {
  return MakeError(Reason::kGeneralStorageUnavailable,
                   absl::StrCat("storage.embedded.path ", path, ": ", problem_and_fix),
                   {{"path", path}});
}

absl::Status OpenError(absl::string_view path, const rocksdb::Status& status) {
  const std::string detail = status.ToString();
  absl::string_view advice = "cannot be opened; check the disk and the folder's owner";
  if (IsLocked(detail)) {
    advice = "is locked by another process; stop it, or give this one a folder of its own";
  } else if (status.IsCorruption()) {
    advice = "is corrupt; restore it from a backup, or move it away to start empty";
  } else if (IsFull(status, detail)) {
    advice = "has no space left; free some and start again";
  } else if (IsForbidden(detail)) {
    advice = "is not writable; make it writable for the user that runs presenced";
  }
  return OpenError(path, absl::StrCat(advice, " (", detail, ")"));
}

absl::Status AppendError(const rocksdb::Status& status) {
  const std::string detail = status.ToString();
  absl::string_view advice = "the disk reports errors; the operator must check it";
  if (IsFull(status, detail)) {
    advice = "the disk is full; the operator must free space, writing then resumes by itself";
  } else if (IsForbidden(detail)) {
    advice = "the disk became read-only; the operator must check it";
  }
  return MakeError(Reason::kGeneralStorageUnavailable,
                   absl::StrCat("storage: the write could not be made durable: ", advice));
}

}  // namespace presences::store
