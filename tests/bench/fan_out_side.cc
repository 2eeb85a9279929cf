#include "tests/bench/fan_out_side.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "tests/bench/tcp.h"

namespace presences::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kRound{1000};

class GrpcSide final : public FanOutSide {
 public:
  GrpcSide(const BenchChild& server, GrpcFanOut what, int subscribers)
      : FanOutSide(server),
        what_(std::move(what)),
        publisher_(what_.address, [](const char*, std::size_t) {}) {
    for (int i = 0; i < subscribers; ++i) {
      auto client = std::make_unique<Http2Client>(
          what_.address,
          [this](const char* data, std::size_t size) { Delivered(what_.events_in(data, size)); });
      client->Call(what_.follow_path, what_.follow_message);
      Watch(client->fd(), [client = client.get()] { client->Read(); });
      clients_.push_back(std::move(client));
    }
    Watch(publisher_.fd(), [this] { publisher_.Read(); });
    Subscribed(subscribers);
  }

 private:
  void Publish() override { publisher_.Call(what_.publish_path, what_.publish_message(next_++)); }
  bool CanPublish() const override { return publisher_.CanSend(); }

  const GrpcFanOut what_;
  std::vector<std::unique_ptr<Http2Client>> clients_;
  Http2Client publisher_;
  int next_ = 0;
};

class PlainSide final : public FanOutSide {
 public:
  PlainSide(const BenchChild& server, PlainFanOut what, int subscribers)
      : FanOutSide(server), what_(std::move(what)), publisher_(ConnectTo(what_.address)) {
    for (int i = 0; i < subscribers; ++i) {
      const int fd = ConnectTo(what_.address);
      SendAll(fd, what_.hello + what_.subscribe);
      Watch(fd, [this, fd, bytes = std::size_t{0}]() mutable { Read(fd, bytes); });
      fds_.push_back(fd);
    }
    SendAll(publisher_, what_.hello);
    Watch(publisher_, [this] { Drain(publisher_); });
    Subscribed(subscribers);
    counting_ = true;  // what came until now confirmed the subscription
  }
  ~PlainSide() override {
    for (const int fd : fds_) close(fd);
    close(publisher_);
  }

 private:
  static std::size_t Drain(int fd) {
    static char buffer[1 << 18];
    const ssize_t got = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  void Read(int fd, std::size_t& bytes) {
    const std::size_t got = Drain(fd);
    if (!counting_) return;
    bytes += got;
    Delivered(static_cast<int>(bytes / what_.event_size));
    bytes %= what_.event_size;
  }
  void Publish() override { SendAll(publisher_, what_.publish); }

  const PlainFanOut what_;
  std::vector<int> fds_;
  int publisher_;
  bool counting_ = false;
};

}  // namespace

FanOutSide::FanOutSide(const BenchChild& server)
    : server_(server),
      bytes_before_(server.ResidentBytes()),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

FanOutSide::~FanOutSide() { close(epoll_); }

void FanOutSide::Watch(int fd, OnReadable on_readable) {
  watched_.push_back(std::make_unique<OnReadable>(std::move(on_readable)));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = watched_.back().get();
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  Pump(0);
}

void FanOutSide::Subscribed(int subscribers) {
  const auto until = Clock::now() + kRound;
  while (Clock::now() < until) Pump(5);
  subscribers_ = subscribers;
  delivered_ = 0;
  idle_bytes_ = (server_.ResidentBytes() - bytes_before_) / subscribers;
}

void FanOutSide::Round(int window) {
  const double cpu_before = server_.CpuMicros();
  const double before = delivered_;
  const auto started = Clock::now();
  while (Clock::now() - started < kRound) {
    while (published_ - delivered_ / subscribers_ < window && CanPublish()) {
      Publish();
      ++published_;
    }
    Pump(1);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  per_second_.push_back((delivered_ - before) / seconds);
  cpu_micros_.push_back((server_.CpuMicros() - cpu_before) / (delivered_ - before));
  // What is still under way belongs to nobody.
  for (const auto until = Clock::now() + kRound / 3; Clock::now() < until;) Pump(5);
  published_ = delivered_ / subscribers_;
}

void FanOutSide::Pump(int timeout_millis) {
  epoll_event events[256];
  const int n = epoll_wait(epoll_, events, 256, timeout_millis);
  for (int i = 0; i < n; ++i) (*static_cast<OnReadable*>(events[i].data.ptr))();
}

std::unique_ptr<FanOutSide> MakeGrpcSide(const BenchChild& server, GrpcFanOut what,
                                         int subscribers) {
  return std::make_unique<GrpcSide>(server, std::move(what), subscribers);
}

std::unique_ptr<FanOutSide> MakePlainSide(const BenchChild& server, PlainFanOut what,
                                          int subscribers) {
  return std::make_unique<PlainSide>(server, std::move(what), subscribers);
}

}  // namespace presences::bench
