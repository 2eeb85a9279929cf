#include "tests/integration/support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "gtest/gtest.h"
#include "tests/unit/gateway/http_fixture.h"

namespace presences::testing {

RawClient::RawClient(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port)) << address;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0) << address;
  const timeval patience{10, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

RawClient::~RawClient() {
  if (ssl_ != nullptr) SSL_free(ssl_);
  if (socket_ >= 0) ::close(socket_);
}

bool RawClient::StartTls(const std::string& cert_file, const std::string& key_file) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (!cert_file.empty()) {
    EXPECT_EQ(SSL_CTX_use_certificate_file(context, cert_file.c_str(), SSL_FILETYPE_PEM), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM), 1);
  }
  ssl_ = SSL_new(context);
  SSL_CTX_free(context);
  SSL_set_fd(ssl_, socket_);
  return SSL_connect(ssl_) == 1;
}

bool RawClient::Send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const std::size_t left = bytes.size() - sent;
    const auto count = ssl_ != nullptr
                           ? SSL_write(ssl_, bytes.data() + sent, static_cast<int>(left))
                           : ::send(socket_, bytes.data() + sent, left, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

void RawClient::HalfClose() { ::shutdown(socket_, SHUT_WR); }

void RawClient::Reset() {
  const linger now{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(socket_);
  socket_ = -1;
}

bool RawClient::Fill() {
  char buffer[16384];
  const auto count = ssl_ != nullptr ? SSL_read(ssl_, buffer, sizeof buffer)
                                     : ::recv(socket_, buffer, sizeof buffer, 0);
  if (count <= 0) return false;
  input_.append(buffer, static_cast<std::size_t>(count));
  return true;
}

std::string RawClient::ReadAnswer(bool head_only) {
  std::size_t head = 0;
  while ((head = input_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return "";
  }
  std::size_t size = head + 4;
  std::size_t length = 0;
  const std::string field = HeaderOf(input_, "Content-Length");
  if (!head_only && absl::SimpleAtoi(field, &length)) size += length;
  while (input_.size() < size) {
    if (!Fill()) return "";
  }
  const std::string answer = input_.substr(0, size);
  input_.erase(0, size);
  return answer;
}

std::string RawClient::ReadUntil(const std::string& text) {
  while (input_.find(text) == std::string::npos) {
    if (!Fill()) break;
  }
  return input_;
}

bool RawClient::ReadEnd() {
  if (!input_.empty()) return false;
  char byte;
  if (ssl_ != nullptr) return SSL_read(ssl_, &byte, 1) <= 0;
  const ssize_t count = ::recv(socket_, &byte, 1, 0);
  return count == 0 || (count < 0 && errno == ECONNRESET);
}

}  // namespace presences::testing
