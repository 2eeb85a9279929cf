#include "tests/support/hub/recording_sink.h"

#include <algorithm>
#include <utility>

#include "gtest/gtest.h"

namespace presences::testing {

ReadyPool::ReadyPool() : thread_("ready-pool", [this] { Run(); }) {}

ReadyPool::~ReadyPool() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    cv_.NotifyAll();
  }
  thread_.Join();
}

void ReadyPool::Post(hub::SessionPtr session) {
  MutexLock lock(mutex_);
  queue_.push_back(std::move(session));
  cv_.NotifyAll();
}

void ReadyPool::Run() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (queue_.empty()) {
      cv_.Wait(lock);
      continue;
    }
    hub::SessionPtr session = std::move(queue_.front());
    queue_.pop_front();
    lock.Unlock();
    session->Ready();
    session.reset();
    lock.Lock();
  }
}

RecordingSink::RecordingSink(Mode mode, ReadyPool* pool) : pool_(pool), mode_(mode) {}

void RecordingSink::Attach(const hub::SessionPtr& session) {
  MutexLock lock(mutex_);
  session_ = session;
}

void RecordingSink::SetMode(Mode mode) {
  MutexLock lock(mutex_);
  mode_ = mode;
}

void RecordingSink::StampWith(const Clock& clock) {
  MutexLock lock(mutex_);
  clock_ = &clock;
}

void RecordingSink::OnNextWrite(std::function<void()> action) {
  MutexLock lock(mutex_);
  on_next_write_ = std::move(action);
}

bool RecordingSink::Write(hub::Frame frame) {
  TextFrame decoded = DecodeFrame(frame);
  std::function<void()> action;
  {
    MutexLock lock(mutex_);
    EXPECT_FALSE(inside_write_) << "two writes at a time";
    EXPECT_FALSE(under_way_) << "a write before Ready";
    EXPECT_FALSE(ended_) << "a write after the end";
    inside_write_ = true;
    action = std::exchange(on_next_write_, nullptr);
  }
  if (action) action();
  hub::SessionPtr ready;
  bool open = false;
  {
    MutexLock lock(mutex_);
    if (clock_ != nullptr) decoded.at = clock_->Now();
    frames_.push_back(std::move(decoded));
    inside_write_ = false;
    open = mode_ == Mode::kOpen;
    if (mode_ == Mode::kManual) under_way_ = true;
    if (mode_ == Mode::kPool) ready = session_.lock();
    cv_.NotifyAll();
  }
  if (ready != nullptr) pool_->Post(std::move(ready));
  return open;
}

void RecordingSink::End(const absl::Status& status) {
  MutexLock lock(mutex_);
  EXPECT_FALSE(ended_) << "two ends";
  EXPECT_FALSE(inside_write_) << "an end within a write";
  ended_ = status;
  cv_.NotifyAll();
}

void RecordingSink::Abort(const absl::Status& status) {
  MutexLock lock(mutex_);
  EXPECT_FALSE(aborted_) << "two aborts";
  aborted_ = status;
  cv_.NotifyAll();
}

bool RecordingSink::Release() {
  hub::SessionPtr session;
  {
    MutexLock lock(mutex_);
    if (!under_way_) return false;
    under_way_ = false;
    session = session_.lock();
  }
  if (session != nullptr) session->Ready();
  return true;
}

std::vector<TextFrame> RecordingSink::frames() const {
  MutexLock lock(mutex_);
  return frames_;
}

std::vector<TextFrame> RecordingSink::TakeFrames() {
  MutexLock lock(mutex_);
  return std::exchange(frames_, {});
}

std::vector<std::string> RecordingSink::StoryLocked() const {
  std::vector<std::string> story;
  for (const TextFrame& frame : frames_) {
    if (frame.kind != FrameKind::kChanges) story.push_back(ToText(frame.kind));
    for (const TextChange& change : frame.changes) story.push_back(ToText(change));
  }
  return story;
}

std::vector<std::string> RecordingSink::story() const {
  MutexLock lock(mutex_);
  return StoryLocked();
}

std::string RecordingSink::last_token() const {
  MutexLock lock(mutex_);
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    if (!frame->token.empty()) return frame->token;
  }
  return "";
}

bool RecordingSink::writing() const {
  MutexLock lock(mutex_);
  return under_way_;
}

std::optional<absl::Status> RecordingSink::ended() const {
  MutexLock lock(mutex_);
  return ended_;
}

std::optional<absl::Status> RecordingSink::aborted() const {
  MutexLock lock(mutex_);
  return aborted_;
}

bool RecordingSink::Await(const std::function<bool()>& condition,
                          std::chrono::milliseconds at_most) const {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + at_most;
  MutexLock lock(mutex_);
  while (!condition()) {
    const auto left = deadline - steady_clock::now();
    if (left <= left.zero()) return false;
    cv_.WaitFor(lock, left);
  }
  return true;
}

bool RecordingSink::AwaitText(const std::string& text) const {
  return Await([&]() NO_THREAD_SAFETY_ANALYSIS {
    const std::vector<std::string> story = StoryLocked();
    return ended_ || std::find(story.begin(), story.end(), text) != story.end();
  });
}

bool RecordingSink::AwaitEnd(std::chrono::milliseconds at_most) const {
  return Await([this]() NO_THREAD_SAFETY_ANALYSIS { return ended_.has_value(); }, at_most);
}

bool RecordingSink::AwaitFrame(std::chrono::milliseconds at_most) const {
  return Await([this]() NO_THREAD_SAFETY_ANALYSIS { return !frames_.empty(); }, at_most);
}

bool RecordingSink::AwaitAbort() const {
  return Await([this]() NO_THREAD_SAFETY_ANALYSIS { return aborted_.has_value(); });
}

}  // namespace presences::testing
