#include "server/hub/reader.h"

#include <utility>

#include "server/base/reason.h"
#include "server/hub/topic.h"

namespace presences::hub {
namespace {

constexpr int kStepsPerTurn = 8;  // then other readers of the lane come first

}  // namespace

Reader::Reader(std::shared_ptr<Topic> topic, std::shared_ptr<Sink> sink, Followed followed,
               const Services& services)
    : topic_(std::move(topic)),
      sink_(std::move(sink)),
      services_(services),
      followed_(std::move(followed)) {}

Reader::~Reader() = default;

void Reader::Enter(Revision cursor) {
  last_write_ = services_.clock.Monotonic().time_since_epoch().count();
  cursor_ = cursor;
  if (!topic_->Add(shared_from_this())) return;
  services_.count_watchers(1);
  TakeTurn();
}

void Reader::Ready() {
  writing_ = false;
  TakeTurn();
}

void Reader::Close() {
  closed_ = true;
  if (topic_->Remove(*this)) services_.count_watchers(-1);
}

void Reader::TakeTurn() {
  // Once a step has passed the reader on (to the sink, the topic or nobody), another thread may
  // own it already: nothing of it is touched after that.
  for (int i = 0; i < kStepsPerTurn; ++i) {
    if (closed_) return;
    switch (TakeStep()) {
      case Step::kContinue:
        break;
      case Step::kPassedOn:
        return;
      case Step::kPark:
        if (topic_->Park(shared_from_this(), WakesForAny())) return;
        break;
    }
  }
  services_.schedule(shared_from_this());
}

Reader::Step Reader::Send(Frame frame) {
  last_write_ = services_.clock.Monotonic().time_since_epoch().count();
  services_.count_frame(frame);
  writing_ = true;
  if (!sink_->Write(std::move(frame))) return Step::kPassedOn;
  writing_ = false;
  return Step::kContinue;
}

void Reader::Poke() {
  if (topic_->Poke(*this)) services_.schedule(shared_from_this());
}

void Reader::Follow(Followed followed) { topic_->SetFollowed(*this, std::move(followed)); }

bool Reader::NeedsTurn(MonotonicTime now, TimePoint wall, std::chrono::milliseconds write_timeout) {
  if (writing_) {
    if (now - last_write() > write_timeout) {
      Close();
      sink_->Abort(MakeError(Reason::kSlowConsumer,
                             "the subscriber took no data for too long; subscribe again with the "
                             "last resume_token"));
    }
    return false;
  }
  return (going_away_ || IsDue(now, wall)) && topic_->Unpark(*this);
}

}  // namespace presences::hub
