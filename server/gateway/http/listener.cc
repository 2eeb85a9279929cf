#include "server/gateway/http/listener.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/log.h"
#include "server/gateway/http/socket_stream.h"

namespace presences::gateway::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kPause{100};  // when accepting fails, e.g. for want of files

absl::Status CannotListen(const std::string& address, const error_code& error) {
  return absl::UnavailableError(
      absl::StrCat("cannot listen for HTTP on ", address, ": ", error.message(),
                   "; is the port in use, or the address not of this machine?"));
}

// Without the zone of a link-local address, and IPv4 as such even from a dual-stack socket.
std::string AddressOf(const tcp::endpoint& endpoint) {
  const asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

Listener::Listener(std::vector<Worker*> workers)
    : workers_(std::move(workers)),
      acceptor_(workers_.front()->io()),
      pause_(workers_.front()->io()) {}

absl::Status Listener::Start(const std::string& address, TlsContextPtr tls) {
  SetTls(std::move(tls));
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  error_code error;
  tcp::resolver resolver(acceptor_.get_executor());
  const auto endpoints =
      resolver.resolve(host, address.substr(colon + 1), tcp::resolver::passive, error);
  if (error) return CannotListen(address, error);
  const tcp::endpoint endpoint = *endpoints.begin();
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return CannotListen(address, error);
  address_ = absl::StrCat(address.substr(0, colon), ":", acceptor_.local_endpoint().port());
  asio::post(acceptor_.get_executor(), [this] { Accept(); });
  return absl::OkStatus();
}

void Listener::SetTls(TlsContextPtr tls) {
  MutexLock lock(mutex_);
  tls_.swap(tls);
}

void Listener::Accept() {
  Worker& worker = *workers_[next_++ % workers_.size()];
  acceptor_.async_accept(worker.io(), [this, &worker](error_code error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (!error) {
      Take(std::move(socket), worker);
      return Accept();
    }
    // Out of file descriptors, most likely: trying again at once would only spin.
    LogWarning("cannot accept an HTTP connection", {{"error", error.message()}});
    pause_.expires_after(kPause);
    pause_.async_wait([this](error_code stopped) {
      if (!stopped && acceptor_.is_open()) Accept();
    });
  });
}

void Listener::Take(tcp::socket socket, Worker& worker) {
  error_code error;
  const tcp::endpoint remote = socket.remote_endpoint(error);
  if (error) return;  // gone already
  socket.set_option(tcp::no_delay(true), error);
  TlsContextPtr tls;
  {
    MutexLock lock(mutex_);
    tls = tls_;
  }
  Peer peer{AddressOf(remote), tls != nullptr};
  std::unique_ptr<Stream> stream = tls == nullptr
                                       ? MakePlainStream(std::move(socket))
                                       : MakeTlsStream(std::move(socket), std::move(tls));
  asio::dispatch(worker.io(),
                 [&worker, stream = std::move(stream), peer = std::move(peer)]() mutable {
                   worker.Add(std::move(stream), std::move(peer));
                 });
}

void Listener::Stop(std::function<void()> then) {
  asio::post(acceptor_.get_executor(), [this, then = std::move(then)] {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    then();
  });
}

}  // namespace presences::gateway::http
