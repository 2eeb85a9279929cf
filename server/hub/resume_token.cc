#include "server/hub/resume_token.h"

#include <cstring>

#include "absl/strings/escaping.h"
#include "server/core/role.h"

namespace presences::hub {
namespace {

constexpr char kVersion = 1;
// version, epoch, revision, request, viewer, checksum
constexpr std::size_t kSize = 1 + 8 * 4 + 4;

void Put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t Take(const char*& in, int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(*in++)) << (8 * i);
  }
  return value;
}

std::uint32_t Checksum(absl::string_view bytes) {
  return static_cast<std::uint32_t>(StableHash(bytes) >> 32);
}

}  // namespace

std::string ResumeToken::Encode() const {
  std::string bytes(1, kVersion);
  Put(bytes, epoch, 8);
  Put(bytes, static_cast<std::uint64_t>(revision), 8);
  Put(bytes, request, 8);
  Put(bytes, viewer, 8);
  Put(bytes, Checksum(bytes), 4);
  std::string text;
  absl::WebSafeBase64Escape(bytes, &text);  // without padding
  return text;
}

std::optional<ResumeToken> ResumeToken::Decode(absl::string_view text) {
  std::string bytes;
  if (text.size() > 100 || !absl::WebSafeBase64Unescape(text, &bytes)) return std::nullopt;
  if (bytes.size() != kSize || bytes[0] != kVersion) return std::nullopt;
  const char* in = bytes.data() + 1;
  ResumeToken token;
  token.epoch = Take(in, 8);
  token.revision = static_cast<Revision>(Take(in, 8));
  token.request = Take(in, 8);
  token.viewer = Take(in, 8);
  if (Take(in, 4) != Checksum(absl::string_view(bytes).substr(0, kSize - 4))) return std::nullopt;
  return token;
}

}  // namespace presences::hub
