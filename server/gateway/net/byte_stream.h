// ByteStream: an accepted connection, plain or TLS, for whoever takes it over from HTTP.
//
// Type-erased, so that the protocol above is compiled once and Beast's stream templates stay out.
//
// Threads: confined to executor(), which runs one handler at a time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/auth/authenticator.h"
#include "server/base/request_context.h"

namespace presences::gateway {

class ByteStream {
 public:
  using Handler = std::function<void(boost::system::error_code, std::size_t)>;

  virtual ~ByteStream() = default;

  virtual boost::asio::any_io_executor executor() = 0;
  // At most one of each at a time; the buffers must live until the handler runs.
  virtual void ReadSome(boost::asio::mutable_buffer buffer, Handler handler) = 0;
  virtual void WriteAll(const std::vector<boost::asio::const_buffer>& buffers, Handler handler) = 0;
  // Closes at once; outstanding handlers run with an error.
  virtual void Close() = 0;
};

// A connection on which a client asked for another protocol, with its request.
struct Upgrade {
  std::unique_ptr<ByteStream> stream;
  std::string target;                                        // path and query, as sent
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string early_bytes;                                   // what came after the request already
  std::string client_address;  // IP address; behind a trusted proxy the forwarded one
  // What the request shows of who is calling: project, token header, session. The protocol adds
  // what its own parameters say (?project=, ?jwt=).
  auth::Credentials credentials;
  bool origin_allowed = true;  // no Origin header, or one that the project allows
  RequestContext request;      // its id, and its place in a trace
};

// Takes the connection over: answers the request itself, or closes it.
using UpgradeHandler = std::function<void(Upgrade)>;

}  // namespace presences::gateway
