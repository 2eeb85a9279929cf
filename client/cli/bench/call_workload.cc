// Workloads of single calls: upsert, batch, get, list, and a mixture of three of them.
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/bench/workload.h"
#include "client/cli/query_options.h"

namespace presences::cli {
namespace {

class CallWorkload final : public Workload {
 public:
  explicit CallWorkload(const Bench& bench) : bench_(bench) {}

  absl::Status Prepare() override {
    const std::string& name = bench_.plan.workload;
    if (name != "upsert" && name != "batch") return bench_.records.WriteAll(bench_.connection(0));
    // The first write shows whether the others make sense.
    const auto upsert = bench_.records.Upsert(0, bench_.clock.Monotonic());
    return bench_.connection(0).Upsert(upsert).status();
  }

  void Call(const Pacer::Slot& slot, Tally& tally) override {
    const absl::string_view operation = OperationOf(slot.number);
    absl::Status status = Do(operation, slot, tally);
    if (operation != "batch" || !status.ok()) {
      tally.Add(operation, status, bench_.Since(slot.from));
    }
  }

  void Finish(Tally&) override {}

 private:
  // Mostly people who say that they are still here, some who look, a few lists.
  absl::string_view OperationOf(std::uint64_t number) const {
    if (bench_.plan.workload != "mixed") return bench_.plan.workload;
    const std::uint64_t of_ten = number % 10;
    return of_ten < 6 ? "upsert" : of_ten < 9 ? "get" : "list";
  }

  absl::Status Do(absl::string_view operation, const Pacer::Slot& slot, Tally& tally) const {
    const client::PresenceClient& client = bench_.connection(slot.number);
    if (operation == "upsert") {
      return client.Upsert(bench_.records.Upsert(slot.number, slot.from)).status();
    }
    if (operation == "get") return client.Get(bench_.records.Id(slot.number)).status();
    if (operation == "batch") return Batch(client, slot, tally);
    return client.List({.queries = {bench_.records.Query(), QueryText("limit", "", {"25"})}})
        .status();
  }

  // Counts the records that were refused, and the call if one was not.
  absl::Status Batch(const client::PresenceClient& client, const Pacer::Slot& slot,
                     Tally& tally) const {
    const auto size = static_cast<std::uint64_t>(bench_.plan.batch_size);
    std::vector<client::PresenceUpsert> items;
    for (std::uint64_t i = 0; i < size; ++i) {
      items.push_back(bench_.records.Upsert(slot.number * size + i, slot.from));
    }
    const auto results = client.BatchUpsert(items);
    if (!results.ok()) return results.status();
    tally.Add("batch", absl::OkStatus(), bench_.Since(slot.from));
    for (const auto& result : *results) {
      if (!result.ok()) tally.Add("batch", result.status(), {});
    }
    return absl::OkStatus();
  }

  const Bench bench_;
};

}  // namespace

std::unique_ptr<Workload> MakeCallWorkload(const Bench& bench) {
  return std::make_unique<CallWorkload>(bench);
}

std::unique_ptr<Workload> MakeWorkload(const Bench& bench) {
  if (bench.plan.workload == "watch") return MakeWatchWorkload(bench);
  if (bench.plan.workload == "hold") return MakeHoldWorkload(bench);
  return MakeCallWorkload(bench);
}

}  // namespace presences::cli
