// HttpBenchClient: keeps one request under way on each of many connections, and counts answers.
//
// Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace presences::bench {

class HttpBenchClient {
 public:
  // Connects to the loopback port; exits the process when that fails.
  HttpBenchClient(std::uint16_t port, int connections);
  ~HttpBenchClient();
  HttpBenchClient(const HttpBenchClient&) = delete;
  HttpBenchClient& operator=(const HttpBenchClient&) = delete;

  struct Result {
    double answers = 0;
    double refused = 0;  // of them: any status but 200
    double seconds = 0;
  };
  // Sends the requests in turn for `window`, and waits for the last answers.
  Result Run(const std::vector<std::string>& requests, std::chrono::milliseconds window);

 private:
  struct Connection {
    int socket = -1;
    std::string input;
  };

  void Send(Connection& connection, const std::string& request);
  // Receives; true when the whole answer is there.
  bool Receive(Connection& connection, Result* result);

  int poll_ = -1;
  std::vector<Connection> connections_;
};

}  // namespace presences::bench
