// ModelWatcher: one subscriber of the model, through all its streams.
//
// It applies what it is told as a client does, and holds every frame against the history: a frame
// with a token tells exactly what its Eye may be told between the token before and this one, and
// `current` is exactly the state that the Eye sees at that revision.
//
// Threads: confined to the model's driver.
#pragma once

#include <memory>
#include <random>
#include <string>

#include "tests/support/hub/client_view.h"
#include "tests/unit/hub/hub_fixture.h"
#include "tests/unit/hub/model_eye.h"
#include "tests/unit/hub/model_history.h"

namespace presences::hub {

// How much of what the model is about took place.
struct ModelCounts {
  int streams = 0;
  int resets = 0;
  int resumed = 0;  // streams that went on without a reset
  int cut_off = 0;  // streams of a stuck peer
  int told = 0;
  int removed = 0;
  int expired = 0;
  int checked_states = 0;  // `current` after a reset
};

class ModelWatcher {
 public:
  struct World {
    Hub& hub;
    const History& history;
    const Clock& clock;
    const TextEncoder& encoder;
    presences::testing::ReadyPool& pool;
    ModelCounts& counts;
  };

  ModelWatcher(World world, std::mt19937_64& random);
  ~ModelWatcher() { Disconnect(0); }

  void Connect(std::mt19937_64& random);
  bool connected() const { return session_ != nullptr; }
  // The peer is gone; the last `lost` frames never reached it.
  void Disconnect(std::size_t lost);
  // Takes in what was sent.
  void Absorb() { AbsorbAllBut(0); }
  // Lets a slow peer take one frame.
  void TakeOne() { sink_->Release(); }
  bool cut_off() const { return sink_->aborted().has_value(); }
  // From now on the peer is there and takes everything at once.
  void SpeedUp(std::mt19937_64& random);
  // Waits for a frame, but not for long.
  void AwaitFrame() { sink_->AwaitFrame(std::chrono::milliseconds(5)); }
  void BecomeSomebodyElse(std::mt19937_64& random) { eye_ = eye_.AsSomebodyElse(random); }

  // True when it has been told everything up to `head`.
  bool IsCurrentAt(Revision head) const {
    return view_.current() && view_.token_revision() >= head;
  }
  // Compares the view with the records that it may see.
  void CheckView(const std::map<std::string, PresencePtr>& records) const;
  std::string Describe() const { return eye_.Describe(); }

 private:
  void AbsorbAllBut(std::size_t lost);
  void Judge(const TextFrame& frame);
  void JudgeState(const TextFrame& frame);
  void JudgeChanges(const TextFrame& frame);
  void JudgeCurrent(const TextFrame& frame);
  void Count(const TextFrame& frame);

  const World world_;
  Eye eye_;
  presences::testing::ClientView view_;
  bool in_state_ = false;  // between reset and current
  bool resumed_ = false;   // since the last reset
  bool began_ = false;     // the stream has told something
  std::shared_ptr<RecordingSink> sink_;
  SessionPtr session_;
};

}  // namespace presences::hub
