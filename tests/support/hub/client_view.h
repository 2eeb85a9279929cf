// ClientView: what a client knows from its streams, applied the way the protocol tells clients.
//
// It fails the test wherever a stream breaks the protocol: changes before `reset` or `current`,
// revisions that go back or repeat, a record that leaves without having been there, a token that
// is behind what came with it.
//
// Threads: one at a time.
#pragma once

#include <map>
#include <string>

#include "tests/support/hub/text_encoder.h"

namespace presences::testing {

class ClientView {
 public:
  // `knows_all`: the subscription tells every record that it can see, so nothing leaves unknown.
  // False for channels with an action suffix. `skips_times`: made with skip_unchanged.
  explicit ClientView(bool knows_all = true, bool skips_times = false)
      : knows_all_(knows_all), skips_times_(skips_times) {}

  // A new stream begins. With a token it may go on where the last one ended.
  void BeginStream(bool with_token);
  void Apply(const TextFrame& frame);

  // The records by id, as they were told last.
  const std::map<std::string, TextChange>& records() const { return records_; }
  // True from `current` until the next reset or stream.
  bool current() const { return phase_ == Phase::kLive; }
  bool knows(const std::string& id) const { return records_.contains(id); }
  // The newest token, and the revision that it names; empty and 0 before there is one.
  const std::string& token() const { return token_; }
  Revision token_revision() const { return token_revision_; }
  int resets() const { return resets_; }

 private:
  enum class Phase { kBegun, kState, kResuming, kLive };

  void ApplyReset();
  void ApplyCurrent();
  void ApplyChange(const TextChange& change);
  void ApplyRemoval(const TextChange& change);
  void TakeToken(const TextFrame& frame);

  const bool knows_all_;
  const bool skips_times_;
  Phase phase_ = Phase::kBegun;
  bool with_token_ = false;
  bool resumed_ = false;  // since the last reset
  int resets_ = 0;
  std::map<std::string, TextChange> records_;
  std::map<std::string, Revision> told_;  // since the last reset: the newest change by id
  Revision newest_ = 0;                   // that was told since the last reset
  std::string token_;
  Revision token_revision_ = 0;
};

}  // namespace presences::testing
