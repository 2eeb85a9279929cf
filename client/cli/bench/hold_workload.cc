// The workload of connections: presences that live as long as a stream. When all are held, the
// oldest is let go of and held again.
#include "client/cli/bench/workload.h"

namespace presences::cli {
namespace {

class HoldWorkload final : public Workload {
 public:
  explicit HoldWorkload(const Bench& bench)
      : bench_(bench), held_(static_cast<std::size_t>(bench.plan.records)) {}

  absl::Status Prepare() override {
    auto [held, status] = HoldOne(0, bench_.clock.Monotonic());
    return status;
  }

  void Call(const Pacer::Slot& slot, Tally& tally) override {
    Put(slot.number, nullptr);
    auto [held, status] = HoldOne(slot.number, slot.from);
    tally.Add("hold", status, bench_.Since(slot.from));
    if (status.ok()) Put(slot.number, std::move(held));
  }

  void Finish(Tally&) override {
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(bench_.plan.records); ++i) {
      Put(i, nullptr);
    }
  }

 private:
  using Held = std::unique_ptr<client::HeldStream>;

  std::pair<Held, absl::Status> HoldOne(std::uint64_t number, MonotonicTime at) const {
    client::PresenceUpsert upsert = bench_.records.Upsert(number, at);
    upsert.expires_at.reset();  // its connection bounds its life
    Held held = bench_.connection(number).Hold({.presence = std::move(upsert)});
    absl::Status status = held->Next().status();
    return {std::move(held), std::move(status)};
  }

  // Lets go of what was there.
  void Put(std::uint64_t number, Held held) EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      held_[number % held_.size()].swap(held);
    }
    if (held != nullptr) held->Release();
  }

  const Bench bench_;
  Mutex mutex_;  // a leaf
  std::vector<Held> held_ GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Workload> MakeHoldWorkload(const Bench& bench) {
  return std::make_unique<HoldWorkload>(bench);
}

}  // namespace presences::cli
