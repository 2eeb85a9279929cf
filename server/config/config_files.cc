#include "server/config/config_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace presences::config {
namespace {

class File {
 public:
  // Without waiting: a pipe that nobody writes must not hold up the start.
  explicit File(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

absl::Status CannotRead(const std::string& path, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("cannot read ", path, ": ", why));
}

}  // namespace

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  const File file(path);
  struct stat info {};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &info) != 0) {
    return CannotRead(path, std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) return CannotRead(path, "it is not a regular file");
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t count = ::read(file.descriptor(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(path, std::strerror(errno));
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kMaxConfigFile) return CannotRead(path, "it is larger than 1 MiB");
  }
}

std::string ConfigFiles::Resolve(absl::string_view path) const {
  // An absolute right side replaces the left one.
  const std::filesystem::path joined =
      std::filesystem::path(base_dir_) / std::filesystem::path(std::string(path));
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(joined, error);
  return (error ? joined : absolute).lexically_normal().string();
}

void ConfigFiles::ReadFile(YamlMap& map, const std::string& name, std::string& path,
                           std::string& text) const {
  const std::optional<YamlValue> value = map.Find(name);
  if (!value) return;
  const std::optional<std::string> given = value->AsString();
  if (!given) return;
  if (given->empty()) return value->Fail("is empty; give a path or remove the key");
  path = Resolve(*given);
  absl::StatusOr<std::string> content = ReadWholeFile(path);
  if (!content.ok()) return value->Fail(content.status().message());
  if (content->empty()) return value->Fail(absl::StrCat(path, " is empty"));
  text = *std::move(content);
}

void ConfigFiles::ReadSecret(YamlMap& map, const std::string& name, std::string& path,
                             std::string& text) const {
  std::string content;
  ReadFile(map, name, path, content);
  if (content.empty()) return;
  absl::string_view secret = content;
  if (absl::ConsumeSuffix(&secret, "\n")) absl::ConsumeSuffix(&secret, "\r");
  if (secret.empty()) {
    return map.Find(name)->Fail(absl::StrCat(path, " holds nothing but a line end"));
  }
  text = std::string(secret);
}

}  // namespace presences::config
