// UnaryLoad: keeps a number of unary calls of one method in flight, as fast as they return.
//
// Threads: one at a time.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace presences::bench {

class UnaryLoad {
 public:
  // `request(n)` serializes the n-th request.
  UnaryLoad(const std::string& address, std::string method, int in_flight,
            std::function<std::string(int n)> request);

  struct Result {
    double calls = 0;
    double errors = 0;
    double seconds = 0;
  };
  // Runs for about `duration`; waits for what is in flight.
  Result Run(std::chrono::milliseconds duration);

 private:
  const std::string method_;
  const int in_flight_;
  const std::function<std::string(int)> request_;
  std::shared_ptr<grpc::Channel> channel_;
  int next_ = 0;
};

}  // namespace presences::bench
