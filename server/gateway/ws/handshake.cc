#include "server/gateway/ws/handshake.h"

#include <openssl/sha.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace presences::gateway {
namespace {

constexpr char kGuid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3

absl::string_view Find(const HeaderList& headers, absl::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

bool HasToken(absl::string_view list, absl::string_view token) {
  for (const absl::string_view part : absl::StrSplit(list, ',')) {
    if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(part), token)) return true;
  }
  return false;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Decode(absl::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
               HexDigit(text[i + 2]) >= 0) {
      out += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string AcceptKey(absl::string_view key) {
  const std::string input = absl::StrCat(key, kGuid);
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest);
  return absl::Base64Escape(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof digest));
}

absl::StatusOr<std::string> AcceptHandshake(const HeaderList& headers, absl::string_view more) {
  if (!HasToken(Find(headers, "upgrade"), "websocket") ||
      !HasToken(Find(headers, "connection"), "upgrade")) {
    return absl::InvalidArgumentError(
        "this path speaks WebSocket; send Connection: Upgrade and Upgrade: websocket");
  }
  if (Find(headers, "sec-websocket-version") != "13") {
    return absl::FailedPreconditionError("Sec-WebSocket-Version: must be 13");
  }
  const absl::string_view key = Find(headers, "sec-websocket-key");
  std::string raw;
  if (!absl::Base64Unescape(key, &raw) || raw.size() != 16) {
    return absl::InvalidArgumentError(
        "Sec-WebSocket-Key: must be 16 random bytes in base64; let a WebSocket library make it");
  }
  return absl::StrCat(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Server: presenced\r\nSec-WebSocket-Accept: ",
      AcceptKey(key), "\r\n", more, "\r\n");
}

std::string RefuseHandshake(const absl::Status& status) {
  const bool version = absl::IsFailedPrecondition(status);
  const std::string body =
      absl::StrCat("{\"message\":\"", status.message(), "\",\"code\":", version ? 426 : 400,
                   ",\"type\":\"general_bad_request\"}");
  return absl::StrCat("HTTP/1.1 ", version ? "426 Upgrade Required" : "400 Bad Request",
                      "\r\nServer: presenced\r\nX-Content-Type-Options: nosniff\r\n",
                      version ? "Sec-WebSocket-Version: 13\r\n" : "",
                      "Content-Type: application/json; charset=UTF-8\r\nConnection: close\r\n"
                      "Content-Length: ",
                      body.size(), "\r\n\r\n", body);
}

std::vector<std::pair<std::string, std::string>> QueryParameters(absl::string_view target) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto question = target.find('?');
  if (question == absl::string_view::npos) return pairs;
  for (const absl::string_view part : absl::StrSplit(target.substr(question + 1), '&')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const absl::string_view value =
        equals == absl::string_view::npos ? absl::string_view() : part.substr(equals + 1);
    pairs.emplace_back(Decode(part.substr(0, equals)), Decode(value));
  }
  return pairs;
}

std::string QueryParameter(absl::string_view target, absl::string_view name) {
  for (auto& [key, value] : QueryParameters(target)) {
    if (key == name) return std::move(value);
  }
  return {};
}

}  // namespace presences::gateway
