#include "server/config/dev_credential.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/check.h"
#include "server/config/config_files.h"

namespace presences::config {
namespace {

constexpr std::size_t kRandomBytes = 32;
constexpr mode_t kOwnerOnly = 0600;

absl::Status Failed(const std::string& path, const char* what) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

std::string RandomHex(std::size_t bytes) {
  std::string random(bytes, '\0');
  // Requests of up to 256 bytes are never cut short.
  PRESENCES_CHECK(::getrandom(random.data(), bytes, 0) == static_cast<ssize_t>(bytes));
  return absl::BytesToHexString(random);
}

// Writes a new file; an unfinished one never has the name that counts.
absl::Status WriteNew(const std::string& path, const std::string& text) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly);
  if (file < 0) return Failed(path, "create");
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  const absl::Status status = written ? absl::OkStatus() : Failed(path, "write");
  ::close(file);
  return status;
}

absl::Status Create(const std::string& path, const std::string& secret) {
  const std::string draft = absl::StrCat(path, ".", RandomHex(8));
  if (absl::Status status = WriteNew(draft, secret + "\n"); !status.ok()) return status;
  // A link, not a rename: it fails when another process was faster, whose secret then counts.
  const bool linked = ::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST;
  const absl::Status status = linked ? absl::OkStatus() : Failed(path, "create");
  ::unlink(draft.c_str());
  return status;
}

bool IsCredential(absl::string_view text, absl::string_view prefix) {
  return absl::ConsumePrefix(&text, prefix) && text.size() == 2 * kRandomBytes &&
         std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
}

// Also gives the owner what an odd umask took away.
absl::Status TakeRightsOfOthers(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return Failed(path, "look at");
  if ((info.st_mode & 07777) == kOwnerOnly || ::chmod(path.c_str(), kOwnerOnly) == 0) {
    return absl::OkStatus();
  }
  return Failed(path, "set the mode 0600 of");
}

}  // namespace

absl::StatusOr<std::string> DevCredential(const std::string& path, const std::string& prefix) {
  if (::access(path.c_str(), F_OK) != 0) {
    if (absl::Status status = Create(path, prefix + RandomHex(kRandomBytes)); !status.ok())
      return status;
  }
  if (absl::Status status = TakeRightsOfOthers(path); !status.ok()) return status;
  const absl::StatusOr<std::string> text = ReadWholeFile(path);
  if (!text.ok()) return absl::FailedPreconditionError(text.status().message());
  const absl::string_view secret = absl::StripSuffix(*text, "\n");
  if (IsCredential(secret, prefix)) return std::string(secret);
  return absl::FailedPreconditionError(absl::StrCat(
      path, " does not hold what --dev once wrote; delete it, and the next start makes a new one"));
}

}  // namespace presences::config
