// RecordingSink: a transport that keeps what it is given, with back-pressure as the test wants it.
//
// It also checks the hub's side of the contract: one write at a time, nothing after the end, one
// end. A breach fails the test.
//
// Threads: any.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/thread.h"
#include "server/hub/session.h"
#include "server/hub/sink.h"
#include "tests/support/hub/text_encoder.h"

namespace presences::testing {

// A thread that says Ready for sinks, as a transport's own threads do.
class ReadyPool {
 public:
  ReadyPool();
  ~ReadyPool();
  void Post(hub::SessionPtr session);

 private:
  void Run();

  Mutex mutex_;
  CondVar cv_;
  std::deque<hub::SessionPtr> queue_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  Thread thread_;  // last: uses the rest
};

class RecordingSink final : public hub::Sink {
 public:
  enum class Mode {
    kOpen,    // takes every frame at once, on the writer's thread
    kManual,  // each frame stays under way until Release
    kPool,    // a thread of the pool says Ready, maybe before Write has returned
  };
  explicit RecordingSink(Mode mode = Mode::kOpen, ReadyPool* pool = nullptr);

  // Whom Ready speaks to. Called before the session begins; the session is not kept alive.
  void Attach(const hub::SessionPtr& session);
  // For the writes to come. kPool only if the sink was made with a pool.
  void SetMode(Mode mode);
  // Frames to come say when they were written.
  void StampWith(const Clock& clock);
  // Called by the next Write, once, before the frame is kept.
  void OnNextWrite(std::function<void()> action);

  bool Write(hub::Frame frame) override;
  void End(const absl::Status& status) override;
  void Abort(const absl::Status& status) override;

  // Finishes the write that is under way and says Ready on this thread; false: there is none.
  bool Release();

  std::vector<TextFrame> frames() const;
  // The frames, which are then forgotten.
  std::vector<TextFrame> TakeFrames();
  // All frames as text, changes one by one: {"reset", "UPSERTED a@1 online", "current"}.
  std::vector<std::string> story() const;
  std::string last_token() const;  // the newest that is not empty
  bool writing() const;
  std::optional<absl::Status> ended() const;
  std::optional<absl::Status> aborted() const;

  // Waits until the story holds `text`, or the stream has ended; false after ten seconds.
  bool AwaitText(const std::string& text) const;
  bool AwaitEnd(std::chrono::milliseconds at_most = kPatience) const;
  bool AwaitAbort() const;
  bool AwaitFrame(std::chrono::milliseconds at_most) const;

 private:
  static constexpr std::chrono::milliseconds kPatience{10'000};

  bool Await(const std::function<bool()>& condition,
             std::chrono::milliseconds at_most = kPatience) const;
  std::vector<std::string> StoryLocked() const REQUIRES(mutex_);

  ReadyPool* const pool_;
  mutable Mutex mutex_;
  mutable CondVar cv_;
  Mode mode_ GUARDED_BY(mutex_);
  const Clock* clock_ GUARDED_BY(mutex_) = nullptr;
  std::weak_ptr<hub::Session> session_ GUARDED_BY(mutex_);
  std::function<void()> on_next_write_ GUARDED_BY(mutex_);
  std::vector<TextFrame> frames_ GUARDED_BY(mutex_);
  bool inside_write_ GUARDED_BY(mutex_) = false;
  bool under_way_ GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> ended_ GUARDED_BY(mutex_);
  std::optional<absl::Status> aborted_ GUARDED_BY(mutex_);
};

}  // namespace presences::testing
