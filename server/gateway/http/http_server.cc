#include "server/gateway/http/http_server.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/mutex.h"
#include "server/gateway/http/connection.h"
#include "server/gateway/http/listener.h"
#include "server/gateway/http/request_handler.h"
#include "server/gateway/http/tls_context.h"
#include "server/gateway/http/worker.h"

namespace presences::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxThreads = 8;

std::size_t ThreadCount(std::size_t wanted) {
  if (wanted > 0) return wanted;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMaxThreads);
}

http::RequestHandler::Options HandlerOptions(const HttpServer::Options& options) {
  return {options.only_project, options.pages, options.trusted_proxies, options.upgrade != nullptr};
}

}  // namespace

struct HttpServer::Impl {
  Impl(const Options& options, const Services& services)
      : clock(services.clock),
        handler(HandlerOptions(options),
                {services.presences, services.realtime, services.authenticator, services.origins,
                 services.clock, services.metrics, services.log}),
        shared{handler, services.clock, {}, options.upgrade} {
    shared.timeouts.idle = options.idle_timeout;
    shared.timeouts.header = options.header_timeout;
    shared.timeouts.body = options.body_timeout;
    std::vector<http::Worker*> all;
    for (std::size_t i = 0; i < ThreadCount(options.threads); ++i) {
      const std::string name = absl::StrCat("http-", i);
      workers.push_back(std::make_unique<http::Worker>(
          name, shared, [this] { ConnectionClosed(); }, options.heartbeats->Add(name)));
      all.push_back(workers.back().get());
    }
    listener = std::make_unique<http::Listener>(all);
  }

  ~Impl() {
    // The listener is used by the first worker's thread: all threads end before it goes.
    for (const auto& worker : workers) worker->Stop();
    listener.reset();
  }

  void ConnectionClosed() {
    MutexLock lock(mutex);
    changed.NotifyAll();
  }
  bool HasConnections() const {
    return std::any_of(workers.begin(), workers.end(),
                       [](const auto& worker) { return worker->connection_count() > 0; });
  }
  void StopAccepting();

  Clock& clock;
  http::RequestHandler handler;
  http::Connection::Services shared;
  Mutex mutex;  // leaf lock
  CondVar changed;
  bool stopped_accepting GUARDED_BY(mutex) = false;
  bool is_shut_down = false;
  std::vector<std::unique_ptr<http::Worker>> workers;
  std::unique_ptr<http::Listener> listener;
};

void HttpServer::Impl::StopAccepting() {
  listener->Stop([this] {
    MutexLock lock(mutex);
    stopped_accepting = true;
    changed.NotifyAll();
  });
  MutexLock lock(mutex);
  while (!stopped_accepting) changed.Wait(lock);
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { Shutdown(std::chrono::milliseconds(0)); }

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Options& options,
                                                              const Services& services) {
  http::Listener::TlsContextPtr tls;
  if (options.tls) {
    auto context = http::MakeTlsContext(*options.tls);
    if (!context.ok()) return context.status();
    tls = *std::move(context);
  }
  auto impl = std::make_unique<Impl>(options, services);
  const absl::Status listening = impl->listener->Start(options.address, std::move(tls));
  if (!listening.ok()) {
    impl->is_shut_down = true;
    return listening;
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

const std::string& HttpServer::address() const { return impl_->listener->address(); }

std::size_t HttpServer::connection_count() const {
  std::size_t count = 0;
  for (const auto& worker : impl_->workers) count += worker->connection_count();
  return count;
}

absl::StatusOr<std::function<void()>> HttpServer::PrepareTls(const TlsText& text) {
  auto context = http::MakeTlsContext(text);
  if (!context.ok()) return context.status();
  return [impl = impl_.get(), tls = *std::move(context)] { impl->listener->SetTls(tls); };
}

void HttpServer::SetTrustedProxies(std::vector<IpRange> proxies) {
  impl_->handler.SetTrustedProxies(std::move(proxies));
}

void HttpServer::Shutdown(std::chrono::milliseconds timeout) {
  if (std::exchange(impl_->is_shut_down, true)) return;
  impl_->StopAccepting();
  for (const auto& worker : impl_->workers) {
    asio::post(worker->io(), [raw = worker.get()] { raw->DrainAll(); });
  }
  const MonotonicTime until = impl_->clock.Monotonic() + timeout;
  {
    MutexLock lock(impl_->mutex);
    while (impl_->HasConnections()) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(until - impl_->clock.Monotonic());
      if (left.count() <= 0) break;
      impl_->clock.WaitFor(lock, impl_->changed, left);
    }
  }
  for (const auto& worker : impl_->workers) {
    asio::post(worker->io(), [raw = worker.get()] { raw->CloseAll(); });
  }
}

}  // namespace presences::gateway
