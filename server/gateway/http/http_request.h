// HttpRequest: one request, as pieces of the buffer in which it was received.
//
// Nothing is copied but a chunked body: the connection keeps the bytes where they are until the
// request is answered, and tells a request when they moved.
//
// Threads: one at a time; while a request is handled, nobody changes it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace presences::gateway::http {

// What the connection knows beside the request itself.
struct Peer {
  std::string address;  // IP address, without port
  bool tls = false;
};

class HttpRequest {
 public:
  absl::string_view method() const { return At(method_); }
  absl::string_view target() const { return At(target_); }
  absl::string_view path() const { return target().substr(0, target().find('?')); }
  // What follows the `?`, without a fragment.
  absl::string_view query() const;
  absl::string_view body() const { return chunked_ ? chunked_body_ : At(body_); }
  bool http11() const { return http11_; }
  bool keep_alive() const { return keep_alive_; }
  bool is_head() const { return method() == "HEAD"; }

  // The value of the first header of that name (any case); empty: none.
  absl::string_view Find(absl::string_view name) const;
  // All values of that name, joined by ", ".
  std::string FindAll(absl::string_view name) const;
  // All headers, names in lower case.
  std::vector<std::pair<std::string, std::string>> Headers() const;

 private:
  friend class RequestParser;

  struct Piece {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  struct Field {
    Piece name;
    Piece value;
  };

  absl::string_view At(Piece piece) const { return {base_ + piece.offset, piece.size}; }

  const char* base_ = "";
  Piece method_;
  Piece target_;
  Piece body_;
  std::vector<Field> fields_;
  std::string chunked_body_;
  bool chunked_ = false;
  bool http11_ = true;
  bool keep_alive_ = false;
};

}  // namespace presences::gateway::http
