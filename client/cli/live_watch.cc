#include "client/cli/live_watch.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/presence_table.h"
#include "client/cli/terminal_screen.h"
#include "client/cli/wakeups.h"
#include "client/subscription.h"

namespace presences::cli {
namespace {

constexpr int kRedrawMillis = 1000;  // times on the screen grow older without any event

// What the subscription's thread tells the main thread.
class Progress {
 public:
  explicit Progress(const LiveEnd& end) : end_(end) {}

  void Changed() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    ++changes_;
    trouble_.clear();
    reached_ = reached_ || (end_.count && changes_ >= *end_.count);
    wake_.Wake();
  }
  void Current() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    trouble_.clear();
    reached_ = reached_ || end_.until_current;
    wake_.Wake();
  }
  void Reconnecting(const absl::Status& why) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    trouble_ = absl::StrCat("reconnecting: ", why.message());
    wake_.Wake();
  }
  void Ended(const absl::Status& why) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    failure_ = why;
    wake_.Wake();
  }

  bool reached() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return reached_;
  }
  absl::Status failure() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return failure_;
  }
  std::string StateLine(bool current) const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const std::string state = !trouble_.empty() ? Printable(trouble_)
                              : current         ? "live"
                                                : "loading";
    return absl::StrCat(state, "  ", changes_, " changes  q quits");
  }
  WakeFd& wake() { return wake_; }

 private:
  const LiveEnd end_;
  WakeFd wake_;
  mutable Mutex mutex_;  // a leaf
  std::uint64_t changes_ GUARDED_BY(mutex_) = 0;
  std::string trouble_ GUARDED_BY(mutex_);
  bool reached_ GUARDED_BY(mutex_) = false;
  absl::Status failure_ GUARDED_BY(mutex_);
};

// Waits for a key, a signal, news, or the time to redraw. True: the user wants to leave.
bool WaitForNews(SignalFd& signals, WakeFd& wake) {
  std::array<pollfd, 3> fds = {
      {{.fd = signals.fd(), .events = POLLIN, .revents = 0},
       {.fd = wake.fd(), .events = POLLIN, .revents = 0},
       {.fd = isatty(STDIN_FILENO) == 1 ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}}};
  poll(fds.data(), fds.size(), kRedrawMillis);
  wake.Clear();
  char key = 0;
  if ((fds[2].revents & POLLIN) != 0 && read(STDIN_FILENO, &key, 1) == 1 && key == 'q') return true;
  if ((fds[2].revents & POLLHUP) != 0) return true;
  const int signal = signals.Take();
  return signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
}

}  // namespace

std::vector<std::string> ScreenLines(const std::vector<client::Presence>& records, TimePoint now,
                                     ScreenSize size, absl::string_view state) {
  const std::size_t room = size.height > 3 ? size.height - 3 : 1;
  const std::size_t shown = std::min(records.size(), records.size() > room ? room - 1 : room);
  std::vector<Row> rows = {PresenceHeading()};
  for (std::size_t i = 0; i < shown; ++i) rows.push_back(PresenceRow(records[i], now));
  std::vector<std::string> lines =
      TableLines({{absl::StrCat(records.size(), " present  ", state)}}, size.width);
  for (std::string& line : TableLines(rows, size.width)) lines.push_back(std::move(line));
  if (shown < records.size()) lines.push_back(absl::StrCat(records.size() - shown, " more"));
  return lines;
}

int LiveWatch(const Session& session, client::SubscribeRequest request, client::RetryPolicy retry,
              const LiveEnd& end) {
  SignalFd signals({SIGINT, SIGTERM, SIGHUP, SIGWINCH});
  Progress progress(end);
  request.on_reconnect = [&](const absl::Status& why, std::chrono::milliseconds) {
    progress.Reconnecting(why);
  };
  const auto client = session.Open(retry);
  if (!client.ok()) return session.ReportUsage(client.status().message());
  client::Subscription subscription(
      client->Subscribe(std::move(request)),
      {.on_change = [&](const client::Change&) { progress.Changed(); },
       .on_current = [&](const std::vector<client::Presence>&) { progress.Current(); },
       .on_end = [&](const absl::Status& why) { progress.Ended(why); }});
  std::vector<std::string> lines;
  {
    const TerminalScreen screen;
    bool leave = false;
    while (!leave && !progress.reached() && progress.failure().ok()) {
      screen.Draw(ScreenLines(subscription.Records(), session.clock().Now(), screen.size(),
                              progress.StateLine(subscription.is_current())));
      leave = WaitForNews(signals, progress.wake());
    }
    lines = ScreenLines(subscription.Records(), session.clock().Now(), screen.size(), "");
  }
  if (!progress.failure().ok()) return session.Report(progress.failure());
  if (progress.reached()) {
    for (const std::string& line : lines) session.out() << line << "\n";
  }
  return kOk;
}

}  // namespace presences::cli
