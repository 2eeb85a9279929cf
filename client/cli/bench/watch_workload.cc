// The workload of fan-out: each upsert is delivered to every watcher, and each delivery is timed
// from the moment the upsert should have begun.
#include <atomic>

#include "client/cli/bench/workload.h"
#include "client/waiter.h"
#include "server/base/thread.h"

namespace presences::cli {
namespace {

constexpr std::chrono::milliseconds kLastDeliveries{2000};

class WatchWorkload final : public Workload {
 public:
  explicit WatchWorkload(const Bench& bench) : bench_(bench) {}
  ~WatchWorkload() override { End(); }

  // Every watcher holds the state, which is empty, before the first write.
  absl::Status Prepare() override {
    for (int i = 0; i < bench_.plan.watchers; ++i) {
      streams_.push_back(bench_.connection(static_cast<std::uint64_t>(i))
                             .Subscribe({.queries = {bench_.records.Query()}}));
      auto event = streams_.back()->Next();
      while (event.ok() && event->kind != client::StreamEvent::Kind::kCurrent) {
        event = streams_.back()->Next();
      }
      if (!event.ok()) return event.status();
    }
    for (const auto& stream : streams_) {
      threads_.emplace_back("bench-watch", [this, &stream] { Follow(*stream); });
    }
    const auto first = bench_.records.Upsert(0, MonotonicTime{});
    return bench_.connection(0).Upsert(first).status();
  }

  void Call(const Pacer::Slot& slot, Tally& tally) override {
    const auto upsert = bench_.records.Upsert(slot.number, slot.from);
    const auto status = bench_.connection(slot.number).Upsert(upsert).status();
    if (status.ok()) written_.fetch_add(1, std::memory_order_relaxed);
    tally.Add("upsert", status, bench_.Since(slot.from));
  }

  void Finish(Tally& tally) override {
    const std::uint64_t expected = written_ * streams_.size();
    client::Waiter waiter(bench_.clock);
    const MonotonicTime until = bench_.clock.Monotonic() + kLastDeliveries;
    while (deliveries_.Count("delivery") < expected && bench_.clock.Monotonic() < until) {
      waiter.Wait(std::chrono::milliseconds(10));
    }
    End();
    Results results;
    deliveries_.AddTo(results);
    tally.Merge(results);
    const std::uint64_t came = tally.Count("delivery");
    if (came < expected) tally.Fail("delivery", "NOT_DELIVERED", expected - came);
  }

 private:
  void Follow(client::EventStream& stream) {
    for (auto event = stream.Next(); event.ok(); event = stream.Next()) {
      for (const client::Change& change : event->changes) {
        const MonotonicTime at = BenchRecords::AtOf(change.presence);
        if (at == MonotonicTime{} || client::Leaves(change.type)) continue;
        deliveries_.Add("delivery", absl::OkStatus(), bench_.Since(at));
      }
    }
  }

  void End() {
    for (const auto& stream : streams_) stream->Cancel();
    threads_.clear();
  }

  const Bench bench_;
  std::atomic<std::uint64_t> written_{0};
  Tally deliveries_;
  std::vector<std::unique_ptr<client::EventStream>> streams_;
  std::vector<Thread> threads_;  // last: they use the others
};

}  // namespace

std::unique_ptr<Workload> MakeWatchWorkload(const Bench& bench) {
  return std::make_unique<WatchWorkload>(bench);
}

}  // namespace presences::cli
