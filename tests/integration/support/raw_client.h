// RawClient: a TCP client that sends whatever bytes it is given, and reads answers strictly.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct ssl_st;

namespace presences::testing {

class RawClient {
 public:
  // Connects to "127.0.0.1:port"; a failure fails the test.
  explicit RawClient(const std::string& address);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // Speaks TLS from now on, without looking at the server's certificate. `cert_file` and `key_file`
  // (PEM) may be empty. False: the handshake failed.
  bool StartTls(const std::string& cert_file = "", const std::string& key_file = "");
  // False: the connection is gone.
  bool Send(const std::string& bytes);
  // Sends no more; the server may still answer.
  void HalfClose();
  // Cuts the connection with a reset.
  void Reset();

  // The next answer, head and body; empty: the connection ended first. Answers without a length
  // have no body. `head_only`: to a HEAD request.
  std::string ReadAnswer(bool head_only = false);
  // Everything until `text` has come, or until the connection ended.
  std::string ReadUntil(const std::string& text);
  // True when nothing more comes but the end of the connection.
  bool ReadEnd();

  // Sends a request and reads its answer.
  std::string Call(const std::string& request) { return Send(request) ? ReadAnswer() : ""; }

 private:
  // False: the end, or nothing for ten seconds.
  bool Fill();

  int socket_ = -1;
  ssl_st* ssl_ = nullptr;
  std::string input_;
};

}  // namespace presences::testing
