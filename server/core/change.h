// Change: one step of a project's total order, shared by everyone who reads it.
//
// Holds the record before and after, so that what a viewer is told (changed, gone, left the view)
// follows from the two, with no memory per viewer. Encodings are made once per wire form, by
// whoever needs one first.
//
// Threads: any. Everything but the encodings is constant after construction.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "server/core/channel.h"
#include "server/core/presence.h"

namespace presences {

// kExtended: the server moved a held record's expiry on; who saw the record is not told.
enum class ChangeKind { kUpserted, kUpdated, kDeleted, kExpired, kExtended };
inline constexpr std::size_t kChangeKinds = 5;
enum class DeleteCause { kNone, kCall, kConnection };

// How a change looks to one audience.
enum class ChangeView {
  kHidden,   // not for this audience
  kAsIs,     // by its kind
  kRemoved,  // the record lives on, but left this audience's view
};

// The wire forms a change is encoded in at most once each.
enum class WireForm { kProtobuf, kJson, kSocket };
inline constexpr std::size_t kWireForms = 3;

class Change {
 public:
  Change(Revision revision, TimePoint time, ChangeKind kind, DeleteCause cause, PresencePtr before,
         PresencePtr after);

  Revision revision() const { return revision_; }
  TimePoint time() const { return time_; }
  ChangeKind kind() const { return kind_; }
  DeleteCause cause() const { return cause_; }
  const PresencePtr& before() const { return before_; }  // null: created
  const PresencePtr& after() const { return after_; }    // null: gone
  // The record spoken of: after, or before when it is gone.
  const Presence& record() const { return after_ ? *after_ : *before_; }
  // True when a write to a living record changed nothing but times (skip_unchanged).
  bool only_times() const { return only_times_; }
  EventAction action() const;

  // The encoding for (form, view), made by `encode(*this, view)` the first time. Two threads may
  // both encode; one result is kept. REQUIRES: view is not kHidden.
  template <typename EncodeFn>
  const std::string& Encoded(WireForm form, ChangeView view, const EncodeFn& encode) const {
    Slot& slot = slots_[static_cast<std::size_t>(form) * 2 + (view == ChangeView::kRemoved)];
    const std::string* text = slot.text.load(std::memory_order_acquire);
    if (text != nullptr) return *text;
    auto made = std::make_unique<const std::string>(encode(*this, view));
    if (slot.text.compare_exchange_strong(text, made.get(), std::memory_order_acq_rel)) {
      return *made.release();
    }
    return *text;
  }

 private:
  struct Slot {
    mutable std::atomic<const std::string*> text{nullptr};
    Slot() = default;
    ~Slot() { delete text.load(std::memory_order_acquire); }
  };

  const Revision revision_;
  const TimePoint time_;
  const ChangeKind kind_;
  const DeleteCause cause_;
  const bool only_times_;
  const PresencePtr before_;
  const PresencePtr after_;
  mutable std::array<Slot, kWireForms * 2> slots_;
};

using ChangePtr = std::shared_ptr<const Change>;

}  // namespace presences
