// TLS contexts of the HTTP listener.
//
// Threads: any.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "absl/status/statusor.h"
#include "server/base/tls_text.h"

namespace presences::gateway::http {

// TLS 1.2 and newer, HTTP/1.1 only. FAILED_PRECONDITION says which text is unusable, and why.
absl::StatusOr<std::shared_ptr<boost::asio::ssl::context>> MakeTlsContext(const TlsText& text);

}  // namespace presences::gateway::http
