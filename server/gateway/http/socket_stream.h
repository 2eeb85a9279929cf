// Streams over sockets, plain and TLS.
//
// Threads: as Stream.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "server/gateway/http/stream.h"

namespace presences::gateway::http {

std::unique_ptr<Stream> MakePlainStream(boost::asio::ip::tcp::socket socket);
std::unique_ptr<Stream> MakeTlsStream(boost::asio::ip::tcp::socket socket,
                                      std::shared_ptr<boost::asio::ssl::context> context);

}  // namespace presences::gateway::http
