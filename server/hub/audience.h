// Audience: the sessions that are told the same, and the frames made for them once.
//
// Sessions with equal viewers, wire form and batch size share an Audience. It reads the ring for
// a cursor and answers a ready frame; sessions at the same cursor get the same one. Long batches
// end at round revisions, so that cursors which drifted apart fall into step again.
//
// Threads: any. Lock order: Audience, Topic (docs/lock-order.md).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/base/mutex.h"
#include "server/core/change.h"
#include "server/core/stream_encoder.h"
#include "server/hub/resume_token.h"
#include "server/hub/sink.h"
#include "server/hub/viewer.h"

namespace presences::hub {

class Topic;

// What a cursor finds.
struct ReadResult {
  enum class Kind {
    kNothing,  // nothing for this audience up to `to`: move the cursor, send nothing
    kFrame,
    kBehind,  // the cursor fell below the ring's floor
  };
  Kind kind = Kind::kNothing;
  Revision to = 0;
  bool more = false;  // the ring holds changes after `to`
  Frame frame;
};

// A change that somebody is told, and how.
struct Told {
  const Change* change;
  ChangeView view;
};

class Audience : public std::enable_shared_from_this<Audience> {
 public:
  Audience(const std::string& project, Topic& topic, Viewer viewer, const StreamEncoder& encoder,
           std::size_t max_batch);

  // The next frame for a session at `cursor`, from what every session of the audience shares.
  ReadResult ReadAfter(Revision cursor);

  // The same for one session that still joins its snapshot to the ring: with its own `view_of`
  // each change, nothing later than `up_to`, and an empty token unless `with_token`.
  struct Join {
    Revision up_to;
    bool with_token;
    std::function<ChangeView(const Change&)> view_of;  // called for every change, in order
  };
  ReadResult ReadJoining(Revision cursor, const Join& join) const;

  std::string TokenAt(Revision revision) const;
  const ResumeToken& token() const { return token_; }
  const Viewer& viewer() const { return viewer_; }
  const StreamEncoder& encoder() const { return encoder_; }
  std::size_t max_batch() const { return max_batch_; }

 private:
  struct Cached {
    Revision from = -1;
    ReadResult result;
  };

  bool IsShared() const { return weak_from_this().use_count() > 1; }
  ReadResult Build(Revision cursor) const;
  Frame MakeFrame(const std::vector<Told>& told, const std::string& token) const;

  Topic& topic_;
  const Viewer viewer_;
  const StreamEncoder& encoder_;
  const std::size_t max_batch_;
  const ResumeToken token_;  // all but the revision

  Mutex mutex_;
  std::array<Cached, 4> cache_ GUARDED_BY(mutex_);
  std::size_t next_slot_ GUARDED_BY(mutex_) = 0;
};

}  // namespace presences::hub
