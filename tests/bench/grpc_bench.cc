// What gRPC costs and gives, each as a ratio within one run (design 7):
//   upsert_vs_nop      unary Upsert ÷ an empty callback method of the same process (memory engine)
//   sync_vs_memory     embedded with fsync ÷ memory, 256 in flight
//   batch_vs_unary     upserts in batches of 100 ÷ one by one
//   fan_out            changes delivered per second to 1 000 subscribers, busy publisher
//   expiry             lateness of EXPIRED events, 100 000 records over 4 s
//   grpc_bench BENCH_SERVER
#include <absl/synchronization/mutex.h>
#include <grpcpp/grpcpp.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "presences/v1/presences.pb.h"
#include "presences/v1/realtime.grpc.pb.h"
#include "tests/bench/bench_child.h"
#include "tests/bench/records.h"
#include "tests/bench/unary_load.h"

namespace presences::bench {
namespace {

using std::chrono::milliseconds;

constexpr int kRounds = 5;
constexpr milliseconds kWindow{700};
constexpr char kUpsert[] = "/presences.v1.Presences/UpsertPresence";

std::string ServerProgram;  // argv[1]

v1::UpsertPresenceRequest Request(int n) {
  v1::UpsertPresenceRequest request;
  request.set_presence_id("presence-" + std::to_string(n));
  request.set_user_id("user-" + std::to_string(n));
  request.set_status("online");
  request.set_metadata("{\"page\":\"/dashboard\",\"cursor\":[120,340],\"device\":\"" +
                       std::string(180, 'x') + "\"}");
  request.mutable_permissions()->add_permissions("read(\"users\")");
  return request;
}

std::string UpsertBytes(int n) { return Request(n % 100'000).SerializeAsString(); }

struct Rate {
  std::vector<double> per_second;
  std::vector<double> cpu;

  void Measure(UnaryLoad& load, const BenchChild& server) {
    const double before = server.CpuMicros();
    const UnaryLoad::Result result = load.Run(kWindow);
    if (result.errors > 0) std::fprintf(stderr, "bench: %g calls failed\n", result.errors);
    per_second.push_back(result.calls / result.seconds);
    cpu.push_back((server.CpuMicros() - before) / result.calls);
  }
};

void UpsertVersusNop() {
  BenchChild server({ServerProgram, "memory", "-"});
  UnaryLoad upsert(server.words()[0], kUpsert, 64, UpsertBytes);
  UnaryLoad nop(server.words()[2], "/presences.bench.Nop/Call", 64, [](int) { return ""; });
  upsert.Run(kWindow);
  nop.Run(kWindow);
  Rate upserts;
  Rate nops;
  for (int i = 0; i < kRounds; ++i) {
    nops.Measure(nop, server);
    upserts.Measure(upsert, server);
  }
  const double up = Median(upserts.per_second);
  const double no = Median(nops.per_second);
  std::printf(
      "{\"bench\":\"upsert_vs_nop\",\"ratio\":%.2f,\"floor\":0.60,\"upsert_per_s\":%.0f,"
      "\"nop_per_s\":%.0f,\"upsert_cpu_us\":%.1f,\"nop_cpu_us\":%.1f,"
      "\"cpu_ratio\":%.2f}\n",
      up / no, up, no, Median(upserts.cpu), Median(nops.cpu),
      Median(nops.cpu) / Median(upserts.cpu));
  std::fflush(stdout);
}

std::string BatchBytes(int n) {
  v1::BatchUpsertPresencesRequest request;
  for (int i = 0; i < 100; ++i) *request.add_presences() = Request((n * 100 + i) % 100'000);
  return request.SerializeAsString();
}

void SyncVersusMemory(const std::string& folder) {
  BenchChild memory({ServerProgram, "memory", "-"});
  BenchChild sync({ServerProgram, "embedded", folder});
  UnaryLoad to_memory(memory.words()[0], kUpsert, 256, UpsertBytes);
  UnaryLoad to_sync(sync.words()[0], kUpsert, 256, UpsertBytes);
  UnaryLoad batches(memory.words()[0], "/presences.v1.Presences/BatchUpsertPresences", 4,
                    BatchBytes);
  to_memory.Run(kWindow);
  to_sync.Run(kWindow);
  Rate memories;
  Rate syncs;
  Rate batched;
  for (int i = 0; i < kRounds; ++i) {
    memories.Measure(to_memory, memory);
    syncs.Measure(to_sync, sync);
    batched.Measure(batches, memory);
  }
  const double m = Median(memories.per_second);
  const double s = Median(syncs.per_second);
  const double b = Median(batched.per_second) * 100;
  std::printf(
      "{\"bench\":\"sync_vs_memory\",\"ratio\":%.2f,\"floor\":0.50,\"sync_per_s\":%.0f,"
      "\"memory_per_s\":%.0f,\"sync_cpu_us\":%.1f,\"memory_cpu_us\":%.1f}\n",
      s / m, s, m, Median(syncs.cpu), Median(memories.cpu));
  std::printf(
      "{\"bench\":\"batch_vs_unary\",\"ratio\":%.2f,\"floor\":4,\"batched_per_s\":%.0f,"
      "\"cpu_us_per_upsert\":%.2f}\n",
      b / m, b, Median(batched.cpu) / 100);
  std::fflush(stdout);
}

// Follows on many streams from a few threads and counts changes.
class Watchers {
 public:
  Watchers(const std::string& address, int streams, int connections) {
    for (int i = 0; i < connections; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      stubs_.push_back(v1::Realtime::NewStub(
          grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
    }
    for (int i = 0; i < streams; ++i) {
      auto reader = std::make_unique<Reader>();
      reader->owner = this;
      reader->context.AddMetadata("x-appwrite-key", "bench-key");
      reader->request.add_channels("presences");
      reader->request.set_snapshot(false);
      stubs_[static_cast<std::size_t>(i % connections)]->async()->Subscribe(
          &reader->context, &reader->request, reader.get());
      reader->StartRead(&reader->response);
      reader->StartCall();
      readers_.push_back(std::move(reader));
    }
    while (current_ < streams) std::this_thread::yield();
  }

  ~Watchers() {
    for (const auto& reader : readers_) reader->context.TryCancel();
    for (const auto& reader : readers_) reader->done.WaitForNotification();
  }

  double changes() const { return static_cast<double>(changes_.load()); }

 private:
  struct Reader final : grpc::ClientReadReactor<v1::SubscribeResponse> {
    Watchers* owner = nullptr;
    grpc::ClientContext context;
    v1::SubscribeRequest request;
    v1::SubscribeResponse response;
    struct Latch {
      absl::Mutex mutex;
      bool set = false;
      void Notify() {
        absl::MutexLock lock(&mutex);
        set = true;
      }
      void WaitForNotification() {
        absl::MutexLock lock(&mutex);
        mutex.Await(absl::Condition(&set));
      }
    } done;

    void OnReadDone(bool ok) override {
      if (!ok) return;
      if (response.has_current()) ++owner->current_;
      owner->changes_ += response.changes().changes_size();
      StartRead(&response);
    }
    void OnDone(const grpc::Status&) override { done.Notify(); }
  };

  std::vector<std::unique_ptr<v1::Realtime::Stub>> stubs_;
  std::vector<std::unique_ptr<Reader>> readers_;
  std::atomic<int> current_{0};
  std::atomic<std::int64_t> changes_{0};
};

void FanOut() {
  constexpr int kSubscribers = 1000;
  BenchChild server({ServerProgram, "memory", "-"});
  const double before_memory = server.ResidentBytes();
  Watchers watchers(server.words()[0], kSubscribers, 50);
  const double memory = (server.ResidentBytes() - before_memory) / kSubscribers;
  UnaryLoad publisher(server.words()[0], kUpsert, 16, UpsertBytes);
  publisher.Run(milliseconds(200));
  std::vector<double> rates;
  std::vector<double> cpu;
  for (int i = 0; i < kRounds; ++i) {
    const double cpu_before = server.CpuMicros();
    const double before = watchers.changes();
    const UnaryLoad::Result result = publisher.Run(kWindow);
    const double delivered = watchers.changes() - before;
    rates.push_back(delivered / result.seconds);
    cpu.push_back((server.CpuMicros() - cpu_before) / delivered);
  }
  std::printf(
      "{\"bench\":\"fan_out\",\"subscribers\":%d,\"deliveries_per_s\":%.0f,"
      "\"server_cpu_us_per_delivery\":%.3f,\"resident_bytes_per_subscriber\":%.0f}\n",
      kSubscribers, Median(rates), Median(cpu), memory);
  std::fflush(stdout);
}

void Expiry() {
  constexpr int kRecords = 100'000;
  BenchChild server({ServerProgram, "memory", "-"});
  const std::int64_t first = NowMillis() + 8000;
  Fill(server.words()[0], kRecords, [first](int i) {
    v1::UpsertPresenceRequest request = Request(i);
    SetExpiry(first + i * 4000LL / kRecords, request);
    return request;
  });
  const Lateness lateness = HearExpiries(server.words()[0], kRecords);
  const std::vector<double>& millis = lateness.millis;
  if (lateness.resets > 0) std::fprintf(stderr, "bench: the stream was reset\n");
  const auto early = std::lower_bound(millis.begin(), millis.end(), 0) - millis.begin();
  std::printf(
      "{\"bench\":\"expiry\",\"records\":%d,\"p50_ms\":%.0f,\"p99_ms\":%.0f,"
      "\"max_ms\":%.0f,\"early\":%td,\"floor_p99_ms\":100}\n",
      kRecords, millis[millis.size() / 2], millis[millis.size() * 99 / 100], millis.back(), early);
  std::fflush(stdout);
}

}  // namespace
}  // namespace presences::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc < 2) {
    std::fprintf(stderr, "usage: grpc_bench BENCH_SERVER [NAME]\n");
    return 2;
  }
  presences::bench::ServerProgram = argv[1];
  const std::string only = argc > 2 ? argv[2] : "";
  const auto folder =
      std::filesystem::temp_directory_path() / ("presences-bench-" + std::to_string(::getpid()));
  if (only.empty() || only == "nop") presences::bench::UpsertVersusNop();
  if (only.empty() || only == "sync") presences::bench::SyncVersusMemory(folder);
  if (only.empty() || only == "fan_out") presences::bench::FanOut();
  if (only.empty() || only == "expiry") presences::bench::Expiry();
  std::filesystem::remove_all(folder);
  return 0;
}
