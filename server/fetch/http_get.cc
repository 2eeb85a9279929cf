#include "server/fetch/http_get.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/mutex.h"
#include "server/fetch/url.h"

namespace presences::fetch {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::use_awaitable;
using asio::ip::tcp;

template <typename Stream>
asio::awaitable<std::string> Exchange(Stream& stream, const Url& url, std::size_t max_bytes) {
  http::request<http::empty_body> request(http::verb::get, url.target, 11);
  request.set(http::field::host, HostHeader(url));
  request.set(http::field::user_agent, "presenced");
  request.set(http::field::accept, "application/json");
  request.set(http::field::connection, "close");
  co_await http::async_write(stream, request, use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(max_bytes);
  co_await http::async_read(stream, buffer, parser, use_awaitable);
  if (parser.get().result() != http::status::ok) {
    throw std::runtime_error(
        absl::StrCat("the answer is ", parser.get().result_int(), ", not 200"));
  }
  co_return std::move(parser.get().body());
}

asio::awaitable<std::string> Fetch(const Url& url, std::size_t max_bytes) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const auto places = co_await resolver.async_resolve(url.host, url.port, use_awaitable);
  beast::tcp_stream plain(executor);
  co_await plain.async_connect(places, use_awaitable);
  if (!url.tls) co_return co_await Exchange(plain, url, max_bytes);
  ssl::context context(ssl::context::tls_client);
  context.set_default_verify_paths();
  context.set_verify_mode(ssl::verify_peer);
  ssl::stream<beast::tcp_stream> stream(std::move(plain), context);
  stream.set_verify_callback(ssl::host_name_verification(url.host));
  boost::system::error_code is_name;
  asio::ip::make_address(url.host, is_name);
  if (is_name) SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str());
  co_await stream.async_handshake(ssl::stream_base::client, use_awaitable);
  co_return co_await Exchange(stream, url, max_bytes);
}

absl::Status Unavailable(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const boost::system::system_error& error) {
    return absl::UnavailableError(error.code().message());
  } catch (const std::exception& error) {
    return absl::UnavailableError(error.what());
  }
}

}  // namespace

struct HttpGet::Impl {
  const Limits limits;
  Mutex mutex;
  bool cancelled GUARDED_BY(mutex) = false;
  asio::io_context* running GUARDED_BY(mutex) = nullptr;

  bool Begin(asio::io_context& io) EXCLUDES(mutex) {
    MutexLock lock(mutex);
    if (!cancelled) running = &io;
    return !cancelled;
  }
  // False: it was cancelled.
  bool End() EXCLUDES(mutex) {
    MutexLock lock(mutex);
    running = nullptr;
    return !cancelled;
  }
};

HttpGet::HttpGet(Limits limits) : impl_(new Impl{limits, {}}) {}
HttpGet::~HttpGet() = default;

absl::StatusOr<std::string> HttpGet::Get(const std::string& url) {
  const absl::StatusOr<Url> parsed = ParseUrl(url);
  if (!parsed.ok()) return parsed.status();
  std::optional<absl::StatusOr<std::string>> result;
  asio::io_context io(1);
  asio::co_spawn(io, Fetch(*parsed, impl_->limits.max_bytes),
                 [&result](std::exception_ptr thrown, std::string body) {
                   if (thrown) {
                     result = Unavailable(std::move(thrown));
                   } else {
                     result = std::move(body);
                   }
                 });
  if (!impl_->Begin(io)) return absl::CancelledError("cancelled");
  io.run_for(impl_->limits.timeout);
  if (!impl_->End()) return absl::CancelledError("cancelled");
  if (result) return *std::move(result);
  return absl::DeadlineExceededError(
      absl::StrCat("no whole answer within ", impl_->limits.timeout.count(), " ms"));
}

void HttpGet::Cancel() {
  MutexLock lock(impl_->mutex);
  impl_->cancelled = true;
  if (impl_->running != nullptr) impl_->running->stop();
}

}  // namespace presences::fetch
