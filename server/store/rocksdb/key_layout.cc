#include "server/store/rocksdb/key_layout.h"

#include "absl/strings/str_cat.h"

namespace presences::store {
namespace {

constexpr std::size_t kNumberSize = 8;

void AppendNumber(std::string& out, std::uint64_t number) {
  for (std::size_t i = 0; i < kNumberSize; ++i, number >>= 8) {
    out.push_back(static_cast<char>(number & 0xff));
  }
}

std::uint64_t NumberAt(absl::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = kNumberSize; i-- > 0;) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

}  // namespace

std::string HeadKey(absl::string_view project_id) { return absl::StrCat(kHeadPrefix, project_id); }

std::string RecordPrefix(absl::string_view project_id) {
  return absl::StrCat("r", project_id, absl::string_view("\0", 1));
}

std::string RecordLimit(absl::string_view project_id) {
  return absl::StrCat("r", project_id, "\x01");
}

std::string EncodeHead(const LogHead& head) {
  std::string bytes;
  AppendNumber(bytes, static_cast<std::uint64_t>(head.revision));
  AppendNumber(bytes, head.epoch);
  return bytes;
}

std::optional<LogHead> DecodeHead(absl::string_view bytes) {
  if (bytes.size() != 2 * kNumberSize) return std::nullopt;
  return LogHead{static_cast<Revision>(NumberAt(bytes)), NumberAt(bytes.substr(kNumberSize))};
}

}  // namespace presences::store
