// Sink: where a session's frames go; the one thing a transport implements for the hub.
//
// Threads: the hub calls Write and End from its own and the transport's threads, but never two at
// a time for one session.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "server/base/clock.h"

namespace presences::hub {

// One message, ready for the wire: the two parts are sent one after the other. `head` is made for
// one session, `body` is shared by all that are told the same.
struct Frame {
  std::string head;
  std::shared_ptr<const std::string> body;  // may be null
  int changes = 0;                          // how many changes the frame carries
  TimePoint oldest{};                       // of them, when it was made; the epoch: not told
};

class Sink {
 public:
  virtual ~Sink() = default;

  // Takes one frame. True: another may follow at once. False: the transport is busy and calls
  // Session::Ready() when it is not.
  virtual bool Write(Frame frame) = 0;

  // Ends the stream after what was written. Called at most once; no Write follows.
  virtual void End(const absl::Status& status) = 0;

  // Cuts the stream off although a write is outstanding: the peer does not read. Any thread, any
  // time.
  virtual void Abort(const absl::Status& status) = 0;
};

}  // namespace presences::hub
