#include "server/ops/admin_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/thread.h"

namespace presences::ops {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::chrono::seconds kTimeout{10};  // for a request to arrive and its answer to go
constexpr std::size_t kMaxRequest = 16 * 1024;

struct Pages {
  std::map<std::string, AdminServer::Handler> handlers;
  std::map<std::string, AdminServer::Action> actions;
};

AdminResponse Refusal(int status, const char* why) {
  return {status, "text/plain; charset=utf-8", why};
}

// One connection: reads a request, answers it, again.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const Pages& pages) : stream_(std::move(socket)), pages_(pages) {}

  void Read() {
    parser_.emplace();
    parser_->body_limit(kMaxRequest);
    parser_->header_limit(kMaxRequest);
    stream_.expires_after(kTimeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->Answer();
                     });
  }

 private:
  using Request = http::request<http::string_body>;

  AdminResponse Serve(const Request& request) const {
    const absl::string_view target(request.target().data(), request.target().size());
    const std::string path(target.substr(0, target.find('?')));
    const absl::string_view query =
        target.size() > path.size() ? target.substr(path.size() + 1) : "";
    if (request.method() == http::verb::get || request.method() == http::verb::head) {
      const auto handler = pages_.handlers.find(path);
      if (handler != pages_.handlers.end()) return handler->second(query);
      return Refusal(404,
                     "not found; there are /metrics, /livez, /readyz, /statusz and /loglevel\n");
    }
    const auto action = pages_.actions.find(path);
    const bool changes =
        request.method() == http::verb::put || request.method() == http::verb::post;
    if (!changes || action == pages_.actions.end()) {
      return Refusal(405, "only GET and HEAD are served here\n");
    }
    // A page in an operator's browser must not change anything.
    if (request.find(http::field::origin) != request.end()) {
      return Refusal(403, "not for web pages\n");
    }
    return action->second(query);
  }

  void Answer() {
    const auto& request = parser_->get();
    AdminResponse answer = Serve(request);
    response_ = {static_cast<http::status>(answer.status), request.version()};
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.keep_alive(request.keep_alive());
    response_.body() = std::move(answer.body);
    response_.prepare_payload();
    if (request.method() == http::verb::head) response_.body().clear();
    stream_.expires_after(kTimeout);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->Read();
                      });
  }

  beast::tcp_stream stream_;
  const Pages& pages_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

struct AdminServer::Impl {
  explicit Impl(Pages given) : pages(std::move(given)) {}

  void Accept() {
    acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!acceptor.is_open()) return;
      if (!error) std::make_shared<Connection>(std::move(socket), pages)->Read();
      Accept();
    });
  }

  const Pages pages;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  std::string address;
  Thread thread;
};

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminServer::~AdminServer() { Stop(); }

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(
    const std::string& address, std::map<std::string, Handler> handlers,
    std::map<std::string, Action> actions) {
  auto impl = std::make_unique<Impl>(Pages{std::move(handlers), std::move(actions)});
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  beast::error_code error;
  tcp::resolver resolver(impl->io);
  const auto endpoints =
      resolver.resolve(host, address.substr(colon + 1), tcp::resolver::passive, error);
  if (!error) {
    const tcp::endpoint endpoint = *endpoints.begin();
    impl->acceptor.open(endpoint.protocol(), error);
    if (!error) impl->acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) impl->acceptor.bind(endpoint, error);
    if (!error) impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot listen for metrics on ", address, ": ",
                                               error.message(),
                                               "; is the port in use, or the address not of this "
                                               "machine?"));
  }
  impl->address =
      absl::StrCat(address.substr(0, colon), ":", impl->acceptor.local_endpoint().port());
  impl->Accept();
  impl->thread = Thread("admin", [raw = impl.get()] { raw->io.run(); });
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

const std::string& AdminServer::address() const { return impl_->address; }

void AdminServer::Stop() {
  impl_->io.stop();
  impl_->thread.Join();
}

}  // namespace presences::ops
