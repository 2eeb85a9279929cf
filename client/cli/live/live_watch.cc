#include "client/cli/live/live_watch.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/live/keys.h"
#include "client/cli/live/live_picture.h"
#include "client/cli/live/live_table.h"
#include "client/cli/live/terminal_screen.h"
#include "client/cli/output.h"
#include "client/cli/wakeups.h"
#include "server/base/mutex.h"
#include "server/base/thread.h"

namespace presences::cli {
namespace {

constexpr int kRedrawMillis = 1000;  // times on the screen grow older without any event
// No more pictures than eyes can follow; also the time in which the rest of a key arrives.
constexpr int kPauseMillis = 50;

// The table, filled by a thread of its own.
class Feed {
 public:
  Feed(const Session& session, const LiveEnd& end) : clock_(session.clock()), end_(end) {}

  void Reconnecting(const absl::Status& why, std::chrono::milliseconds wait) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    table_.Reconnecting(why, wait, clock_.Monotonic());
    wake_.Wake();
  }
  // Reads until the stream ends.
  void Follow(client::EventStream& stream) EXCLUDES(mutex_) {
    auto event = stream.Next();
    for (; event.ok(); event = stream.Next()) Take(*event);
    MutexLock lock(mutex_);
    failure_ = event.status();
    wake_.Wake();
  }

  std::vector<Line> Draw(LivePicture& picture, ScreenSize size) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    table_.Tick(clock_.Monotonic());
    return picture.Draw(table_, size, clock_.Monotonic(), clock_.Now());
  }
  std::vector<client::Presence> Records() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    std::vector<client::Presence> records;
    for (const auto& [id, row] : table_.rows()) {
      if (row.mark != LiveTable::Mark::kGone) records.push_back(row.presence);
    }
    return records;
  }
  bool reached() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return reached_;
  }
  absl::Status failure() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return failure_;
  }
  WakeFd& wake() { return wake_; }

 private:
  void Take(const client::StreamEvent& event) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    table_.Apply(event, clock_.Monotonic(), clock_.Now());
    seen_ += event.changes.size();
    reached_ = reached_ || (end_.count && seen_ >= *end_.count) ||
               (end_.until_current && event.kind == client::StreamEvent::Kind::kCurrent);
    wake_.Wake();
  }

  Clock& clock_;
  const LiveEnd end_;
  WakeFd wake_;
  mutable Mutex mutex_;  // a leaf
  LiveTable table_ GUARDED_BY(mutex_);
  std::uint64_t seen_ GUARDED_BY(mutex_) = 0;
  bool reached_ GUARDED_BY(mutex_) = false;
  absl::Status failure_ GUARDED_BY(mutex_);
};

// What the terminal and the system say to a program that draws.
class Controls {
 public:
  enum class Seen { kNothing, kSomething, kLeave };

  Controls(SignalFd& signals, TerminalScreen& screen, LivePicture& picture)
      : signals_(signals), screen_(screen), picture_(picture) {}

  // Waits until there is something to draw. False: leave.
  bool Wait(WakeFd& wake) {
    // News wait until the last picture has been seen; keys do not.
    Seen seen = WaitOnce(-1, kPauseMillis);
    if (seen == Seen::kNothing) seen = WaitOnce(wake.fd(), kRedrawMillis);
    wake.Clear();
    return seen != Seen::kLeave;
  }

 private:
  Seen WaitOnce(int wake, int millis) {
    std::array<pollfd, 3> fds = {{{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                                  {.fd = keyboard_, .events = POLLIN, .revents = 0},
                                  {.fd = wake, .events = POLLIN, .revents = 0}}};
    if (poll(fds.data(), fds.size(), millis) == 0) {
      if (!keys_.pending()) return Seen::kNothing;
      return picture_.Press(keys_.TakeEscape()) ? Seen::kSomething : Seen::kLeave;
    }
    const bool stay = HandleSignal(signals_.Take()) && (fds[1].revents == 0 || HandleKeys());
    return stay ? Seen::kSomething : Seen::kLeave;
  }

  bool HandleSignal(int signal) {
    if (signal == SIGTSTP) screen_.Suspend();
    return signal == 0 || signal == SIGWINCH || signal == SIGTSTP || signal == SIGCONT;
  }

  bool HandleKeys() {
    std::array<char, 256> bytes;
    const ssize_t size = read(keyboard_, bytes.data(), bytes.size());
    if (size <= 0) return false;  // the terminal is gone
    bool stay = true;
    for (const Key key : keys_.Read({bytes.data(), static_cast<std::size_t>(size)})) {
      stay = picture_.Press(key) && stay;
    }
    return stay;
  }

  SignalFd& signals_;
  TerminalScreen& screen_;
  LivePicture& picture_;
  const int keyboard_ = isatty(STDIN_FILENO) == 1 ? STDIN_FILENO : -1;
  KeyReader keys_;
};

// Draws until the user leaves, or there is nothing more to see.
void DrawUntilEnd(const Session& session, SignalFd& signals, Feed& feed, LivePicture& picture) {
  TerminalScreen screen;
  Controls controls(signals, screen, picture);
  while (!feed.reached() && feed.failure().ok()) {
    const ScreenSize size = screen.size();
    if (!screen.Show(Encode(feed.Draw(picture, size), size, session.colours()))) return;
    if (!controls.Wait(feed.wake())) return;
  }
}

std::string PlaceText(const Session& session, const client::SubscribeRequest& request) {
  std::string text = session.options().endpoint;
  if (!session.options().project.empty()) {
    absl::StrAppend(&text, "  project ", session.options().project);
  }
  absl::StrAppend(&text, "  ", absl::StrJoin(request.channels, " "));
  return absl::StrCat(text, request.queries.empty() ? "" : "  ",
                      absl::StrJoin(request.queries, " "));
}

}  // namespace

int LiveWatch(const Session& session, client::SubscribeRequest request, client::RetryPolicy retry,
              const LiveEnd& end) {
  SignalFd signals({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT});
  Feed feed(session, end);
  LivePicture picture(PlaceText(session, request));
  request.on_reconnect = [&feed](const absl::Status& why, std::chrono::milliseconds wait) {
    feed.Reconnecting(why, wait);
  };
  const auto client = session.Open(retry);
  if (!client.ok()) return session.ReportUsage(client.status().message());
  const auto stream = client->Subscribe(std::move(request));
  Thread reader("watch", [&] { feed.Follow(*stream); });
  DrawUntilEnd(session, signals, feed, picture);
  const absl::Status failure = feed.failure();
  stream->Cancel();
  reader.Join();
  if (!failure.ok()) return session.Report(failure);
  if (feed.reached()) {
    std::vector<client::Presence> records = feed.Records();
    const auto total = static_cast<std::int64_t>(records.size());
    Show(session, client::PresenceList{.total = total, .presences = std::move(records)});
  }
  return kOk;
}

}  // namespace presences::cli
