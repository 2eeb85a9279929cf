#include "client/cli/http_get.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/dial.h"

namespace presences::cli {
namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;

// Everything until the other end closes. Each wait is bounded, and so is their sum in practice:
// an answer here is one packet or two.
absl::StatusOr<std::string> ReadAll(int fd, std::chrono::milliseconds timeout) {
  std::string text;
  std::array<char, 4096> part;
  while (text.size() < kMostBytes) {
    pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, static_cast<int>(timeout.count())) != 1) {
      return absl::DeadlineExceededError("no answer to GET");
    }
    const ssize_t size = recv(fd, part.data(), part.size(), 0);
    if (size < 0) return absl::UnavailableError("the connection was cut");
    if (size == 0) break;
    text.append(part.data(), static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace

absl::StatusOr<HttpAnswer> HttpGet(const std::string& address, const std::string& path,
                                   std::chrono::milliseconds timeout) {
  absl::string_view host = address;
  absl::ConsumePrefix(&host, "http://");
  absl::ConsumeSuffix(&host, "/");
  const auto fd = Dial(std::string(host), timeout);
  if (!fd.ok()) return fd.status();
  // HTTP/1.0: an answer ends with its connection, and is never chunked.
  const std::string request = absl::StrCat("GET ", path, " HTTP/1.0\r\nHost: ", host, "\r\n\r\n");
  const bool sent = send(*fd, request.data(), request.size(), MSG_NOSIGNAL) ==
                    static_cast<ssize_t>(request.size());
  const auto text = sent ? ReadAll(*fd, timeout)
                         : absl::StatusOr<std::string>(absl::UnavailableError("cannot send"));
  close(*fd);
  if (!text.ok()) return text.status();
  const std::size_t body = text->find("\r\n\r\n");
  HttpAnswer answer;
  if (!absl::StartsWith(*text, "HTTP/1.") || body == std::string::npos ||
      !absl::SimpleAtoi(text->substr(9, 3), &answer.status)) {
    return absl::UnknownError(absl::StrCat(host, ": does not speak HTTP"));
  }
  answer.body = text->substr(body + 4);
  return answer;
}

}  // namespace presences::cli
