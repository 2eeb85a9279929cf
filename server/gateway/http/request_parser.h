// RequestParser: finds the end of a request in the bytes of a connection, and its pieces.
//
// The parser behind it is Beast's, which costs seconds to compile: it stays in the .cc file.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/gateway/http/http_request.h"

namespace presences::gateway::http {

inline constexpr std::size_t kMaxRequestLine = std::size_t{64} << 10;  // design 6.1
inline constexpr std::size_t kMaxHeaders = std::size_t{16} << 10;      // design 6.1

class RequestParser {
 public:
  enum class State {
    kHeader,  // more of the header must come
    kBody,    // the header is there; once LimitBody was called, more of the body must come
    kDone,
    kFailed,  // see error(); the rest of the connection cannot be understood
  };

  RequestParser();
  ~RequestParser();

  // Parses on. `received` holds what was received from the first byte of the request on, and may
  // lie elsewhere than at the last call; bytes behind the request are left alone. A request with a
  // body stays at kBody until LimitBody is called.
  State Parse(absl::string_view received);

  // The bytes lie here now, unchanged.
  void Moved(const char* received) { request_.base_ = received; }

  // What was found so far; whole from kBody on.
  const HttpRequest& request() const { return request_; }
  // How much of `received` belongs to the request so far.
  std::size_t consumed() const { return consumed_; }
  // GENERAL_BAD_REQUEST, GENERAL_REQUEST_TOO_LARGE.
  const absl::Status& error() const { return error_; }

  // Bounds the body; once, at kBody. False: it is too large already, and the parser has failed.
  bool LimitBody(std::size_t limit);
  // How much of the body is still to come; 0: the request does not say.
  std::size_t missing() const;

  // Bytes of `received` that are needed no more: the caller takes them out. Only chunked bodies
  // have such bytes, as they are kept elsewhere.
  struct Waste {
    std::size_t first = 0;
    std::size_t count = 0;
  };
  Waste TakeWaste();

  // Makes ready for the next request.
  void Reset();

 private:
  class Beast;

  State Fail(const absl::Status& error);

  std::unique_ptr<Beast> beast_;
  HttpRequest request_;
  std::size_t consumed_ = 0;
  std::size_t header_size_ = 0;  // 0: the header is not complete
  bool limited_ = false;
  absl::Status error_;
};

}  // namespace presences::gateway::http
