// LiveTable: the records of a subscription as somebody watches them: what came, changed or went in
// the last moments is marked, and what went stays for these moments with the reason why.
//
// Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "client/presence.h"
#include "client/stream_event.h"
#include "server/base/clock.h"

namespace presences::cli {

class LiveTable {
 public:
  static constexpr std::chrono::seconds kMarked{3};

  enum class Mark { kNone, kNew, kChanged, kGone };
  struct Row {
    client::Presence presence;
    Mark mark = Mark::kNone;
    std::string cause;  // of kGone: deleted, left, expired, hidden, unseen
    MonotonicTime marked_at{};
    bool stale = false;  // not named again since a reset
  };
  enum class State { kConnecting, kLoading, kLive, kReconnecting };

  // `now` is the monotonic time of every call, `wall` that of the machine's calendar.
  void Apply(const client::StreamEvent& event, MonotonicTime now, TimePoint wall);
  void Reconnecting(const absl::Status& why, std::chrono::milliseconds wait, MonotonicTime now);
  // Ends the marks that have been seen long enough.
  void Tick(MonotonicTime now);

  // By id, those that have gone included.
  const std::map<std::string, Row>& rows() const { return rows_; }
  std::size_t present() const { return rows_.size() - gone_; }
  // How many there are of each status.
  const std::map<std::string, std::size_t>& statuses() const { return statuses_; }

  State state() const { return state_; }
  std::uint64_t changes() const { return changes_; }  // since the state was complete
  std::uint64_t reconnects() const { return reconnects_; }
  // How long the latest change was under way, as far as the two machines agree on the time.
  std::chrono::milliseconds lag() const { return lag_; }
  MonotonicTime heard_at() const { return heard_at_; }
  // kReconnecting: when, and why.
  MonotonicTime next_attempt() const { return next_attempt_; }
  const std::string& trouble() const { return trouble_; }

 private:
  void Apply(const client::Change& change, MonotonicTime now);
  void Arrive(const client::Change& change, MonotonicTime now);
  void Go(Row& row, std::string cause, MonotonicTime now);
  void Count(const std::string& status, int by);
  void MarkRow(Row& row, Mark mark, MonotonicTime now);

  std::map<std::string, Row> rows_;
  std::map<std::string, std::size_t> statuses_;
  std::size_t gone_ = 0;
  std::deque<std::pair<MonotonicTime, std::string>> marks_;  // in the order they were made
  bool marking_ = false;                                     // not while the first state arrives

  State state_ = State::kConnecting;
  std::uint64_t changes_ = 0;
  std::uint64_t reconnects_ = 0;
  std::chrono::milliseconds lag_{0};
  MonotonicTime heard_at_{};
  MonotonicTime next_attempt_{};
  std::string trouble_;
};

}  // namespace presences::cli
