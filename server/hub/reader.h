// Reader: somebody who follows a topic's ring at their own pace.
//
// It holds a cursor, not a queue. At any moment exactly one party owns it: a thread that takes its
// turn, the sink that is writing, or the topic in which it waits. What is read and written in a
// turn is the derived class's business: Session for streams, SocketSession for sockets.
//
// Threads: any for the public methods. Lock order: none held while the sink is called.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/core/presence.h"
#include "server/hub/sink.h"

namespace presences::hub {

class Topic;
class Reader;
using ReaderPtr = std::shared_ptr<Reader>;

// The records that a reader can be concerned with.
struct Followed {
  bool every = true;             // any change may concern it
  std::vector<std::string> ids;  // else: changes of these records
};

class Reader : public std::enable_shared_from_this<Reader> {
 public:
  // What a reader needs of its hub; lives as long as it.
  struct Services {
    Clock& clock;
    // Gives the reader a turn on a lane, soon.
    std::function<void(ReaderPtr)> schedule;
    std::function<void(int by)> count_watchers;
    std::function<void(const Frame&)> count_frame;  // before it is written
    std::function<void(const char* reason)> count_reset;
  };

  Reader(std::shared_ptr<Topic> topic, std::shared_ptr<Sink> sink, Followed followed,
         const Services& services);
  virtual ~Reader();

  // Called by the sink when it can take a frame again, after Write answered false.
  void Ready();
  // No frame follows; idempotent. Called by the transport when the peer is gone.
  void Close();
  // Takes the reader's turn; only by a lane, after `schedule`.
  void TakeTurn();

  // Looks after deadlines; answers true when the reader must be given a turn, and then it waits
  // no more. `write_timeout`: longer in one write is a dead peer, and the sink is aborted.
  bool NeedsTurn(MonotonicTime now, TimePoint wall, std::chrono::milliseconds write_timeout);
  // Ends the reader at its next turn, politely.
  void GoAway() { going_away_ = true; }

 protected:
  enum class Step { kContinue, kPassedOn, kPark };

  // One step of a turn, by whoever owns the reader.
  virtual Step TakeStep() = 0;
  // True when something is due that no change announces: a heartbeat, an expiry.
  virtual bool IsDue(MonotonicTime now, TimePoint wall) const = 0;
  // True while every change must wake it, whatever it follows.
  virtual bool WakesForAny() const { return false; }

  // Enters the topic and takes the first turn.
  void Enter(Revision cursor);
  Step Send(Frame frame);
  // Makes the reader take a step although no change came, even if it is about to wait.
  void Poke();
  // Replaces what wakes the reader.
  void Follow(Followed followed);

  Topic& topic() const { return *topic_; }
  Sink& sink() const { return *sink_; }
  const Services& services() const { return services_; }
  Revision cursor() const { return cursor_; }
  void set_cursor(Revision revision) { cursor_ = revision; }
  bool going_away() const { return going_away_; }
  MonotonicTime last_write() const { return MonotonicTime(MonotonicTime::duration(last_write_)); }

 private:
  friend class Topic;

  const std::shared_ptr<Topic> topic_;
  const std::shared_ptr<Sink> sink_;
  const Services& services_;

  std::atomic<Revision> cursor_{0};
  std::atomic<bool> closed_{false};
  std::atomic<bool> writing_{false};
  std::atomic<bool> going_away_{false};
  std::atomic<MonotonicTime::rep> last_write_{0};

  // Guarded by the Topic's mutex.
  Followed followed_;
  bool poked_ = false;  // since it waited last
  bool waiting_ = false;
  bool waiting_wide_ = false;  // in the list of those that every change wakes
  std::list<ReaderPtr>::iterator waiting_at_;
  std::list<ReaderPtr>::iterator listed_at_;
  bool listed_ = false;
};

}  // namespace presences::hub
