// What a million records cost (design 7), each against a peer or a bound of the same run:
//   memory_per_record  resident bytes per record of 300 B ÷ Redis SET PX of the same bytes
//   list_vs_get        a list with an equality query ÷ a get, both among a million records
//   start              a server with a million records on disk, until it is ready
//   expiry_1m          lateness of EXPIRED events, a million records over 4 s
//   scale_bench BENCH_SERVER [NAME [RECORDS]]
#include <absl/synchronization/mutex.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "presences/v1/presences.pb.h"
#include "tests/bench/bench_child.h"
#include "tests/bench/peers.h"
#include "tests/bench/records.h"
#include "tests/bench/unary_load.h"

namespace presences::bench {
namespace {

using std::chrono::milliseconds;

constexpr int kRounds = 5;
constexpr milliseconds kWindow{700};
constexpr int kDocuments = 50'000;  // 20 records of a million share a document
constexpr milliseconds kSpread{4000};

struct Setting {
  std::string program;  // bench_server
  std::string folder;
  int records = 1'000'000;
};

std::string Numbered(const char* prefix, int n) {
  char text[40];
  std::snprintf(text, sizeof(text), "%s%08d", prefix, n);
  return text;
}

std::string Id(int n) { return Numbered("presence-", n); }
std::string User(int n) { return Numbered("user-", n); }

std::string Metadata(int n) {
  return "{\"document\":\"/documents/" + std::to_string(n % kDocuments) + "\",\"device\":\"" +
         std::string(180, 'x') + "\"}";
}

// 300 bytes with id, user, status, metadata and one permission.
v1::UpsertPresenceRequest Request(int n) {
  v1::UpsertPresenceRequest request;
  request.set_presence_id(Id(n));
  request.set_user_id(User(n));
  request.set_status(n % 3 == 0 ? "away" : "online");
  request.set_metadata(Metadata(n));
  request.mutable_permissions()->add_permissions("read(\"team:staff\")");
  return request;
}

v1::UpsertPresenceRequest Lasting(int n) {
  v1::UpsertPresenceRequest request = Request(n);
  SetExpiry(NowMillis() + 3'600'000, request);
  return request;
}

void Memory(const Setting& setting) {
  BenchChild server({setting.program, "memory", "-"});
  Fill(server.words()[0], 2000, Lasting);  // buffers, threads and the like exist
  const double before = server.ResidentBytes();
  Fill(server.words()[0], setting.records, Lasting);
  const double ours = (server.ResidentBytes() - before) / (setting.records - 2000);
  const auto redis = StartRedis();
  if (redis == nullptr) return;
  const double redis_before = redis->child->ResidentBytes();
  FillRedis(*redis, setting.records, Id, [](int n) {
    return User(n) + (n % 3 == 0 ? "away" : "online") + Metadata(n) + "read(\"team:staff\")";
  });
  const double theirs = (redis->child->ResidentBytes() - redis_before) / setting.records;
  std::printf(
      "{\"bench\":\"memory_per_record\",\"records\":%d,\"ratio\":%.2f,\"ceiling\":1.1,"
      "\"bytes\":%.0f,\"redis_bytes\":%.0f}\n",
      setting.records, ours / theirs, ours, theirs);
  std::fflush(stdout);
}

std::string GetBytes(const Setting& setting, int n) {
  v1::GetPresenceRequest request;
  request.set_presence_id(Id(static_cast<int>(n * 7919LL % setting.records)));
  return request.SerializeAsString();
}

std::string ListBytes(const std::string& attribute, const std::string& value) {
  v1::ListPresencesRequest request;
  request.add_queries("{\"method\":\"equal\",\"attribute\":\"" + attribute + "\",\"values\":[\"" +
                      value + "\"]}");
  return request.SerializeAsString();
}

void Lists(const Setting& setting) {
  BenchChild server({setting.program, "memory", "-"});
  Fill(server.words()[0], setting.records, Lasting);
  const auto load = [&](const char* method, std::function<std::string(int)> request) {
    return std::make_unique<UnaryLoad>(server.words()[0],
                                       std::string("/presences.v1.Presences/") + method, 16,
                                       std::move(request));
  };
  const auto mixed = [&](int n) { return static_cast<int>(n * 7919LL % setting.records); };
  struct Form {
    const char* name;
    std::unique_ptr<UnaryLoad> load;
    std::vector<double> micros;
    std::vector<double> cpu;
  };
  std::vector<Form> forms;
  forms.push_back(
      {"get", load("GetPresence", [&](int n) { return GetBytes(setting, n); }), {}, {}});
  forms.push_back(
      {"by_user",
       load("ListPresences", [&](int n) { return ListBytes("userId", User(mixed(n))); }),
       {},
       {}});
  forms.push_back({"by_document",
                   load("ListPresences",
                        [&](int n) {
                          return ListBytes("metadata.document",
                                           "/documents/" + std::to_string(mixed(n) % kDocuments));
                        }),
                   {},
                   {}});
  forms.push_back({"by_status",
                   load("ListPresences", [](int) { return ListBytes("status", "online"); }),
                   {},
                   {}});
  for (int i = 0; i <= kRounds; ++i) {
    for (Form& form : forms) {
      const double before = server.CpuMicros();
      const UnaryLoad::Result result = form.load->Run(kWindow);
      if (result.errors > 0) std::fprintf(stderr, "bench: %s: errors\n", form.name);
      if (i == 0) continue;  // warm
      form.micros.push_back(result.seconds * 1e6 / result.calls);
      form.cpu.push_back((server.CpuMicros() - before) / result.calls);
    }
  }
  for (std::size_t i = 1; i < forms.size(); ++i) {
    std::printf(
        "{\"bench\":\"list_vs_get\",\"query\":\"%s\",\"ratio\":%.2f,\"cpu_ratio\":%.2f,"
        "\"list_us\":%.1f,\"get_us\":%.1f,\"list_cpu_us\":%.1f,\"get_cpu_us\":%.1f}\n",
        forms[i].name, Median(forms[i].micros) / Median(forms[0].micros),
        Median(forms[i].cpu) / Median(forms[0].cpu), Median(forms[i].micros),
        Median(forms[0].micros), Median(forms[i].cpu), Median(forms[0].cpu));
  }
  std::fflush(stdout);
}

void Start(const Setting& setting) {
  std::filesystem::create_directories(setting.folder);
  const std::string folder = setting.folder + "/start";
  {
    BenchChild server({setting.program, "embedded", folder});
    Fill(server.words()[0], setting.records, Lasting);
  }
  std::vector<double> seconds;
  for (int i = 0; i < kRounds; ++i) {
    const auto started = std::chrono::steady_clock::now();
    BenchChild server({setting.program, "embedded", folder});
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
  }
  std::printf("{\"bench\":\"start\",\"records\":%d,\"seconds\":%.2f,\"ceiling\":3}\n",
              setting.records, Median(seconds));
  std::fflush(stdout);
}

void Expiry(const Setting& setting) {
  BenchChild server({setting.program, "memory", "-"});
  // Time for the writing of them all, with room.
  const std::int64_t first = NowMillis() + 5000 + setting.records / 25;
  Fill(server.words()[0], setting.records, [&](int n) {
    v1::UpsertPresenceRequest request = Request(n);
    SetExpiry(first + n * kSpread.count() / setting.records, request);
    return request;
  });
  const Lateness lateness = HearExpiries(server.words()[0], setting.records);
  const std::vector<double>& millis = lateness.millis;
  std::printf(
      "{\"bench\":\"expiry_1m\",\"records\":%d,\"heard\":%zu,\"resets\":%d,\"min_ms\":%.0f,"
      "\"p50_ms\":%.0f,\"p99_ms\":%.0f,\"max_ms\":%.0f,\"ceiling_p99_ms\":100}\n",
      setting.records, millis.size(), lateness.resets, millis.front(), millis[millis.size() / 2],
      millis[millis.size() * 99 / 100], millis.back());
  std::fflush(stdout);
}

}  // namespace
}  // namespace presences::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc < 2) {
    std::fprintf(stderr, "usage: scale_bench BENCH_SERVER [NAME [RECORDS]]\n");
    return 2;
  }
  presences::bench::Setting setting;
  setting.program = argv[1];
  setting.folder =
      std::filesystem::temp_directory_path() / ("presences-scale-" + std::to_string(::getpid()));
  const std::string only = argc > 2 ? argv[2] : "";
  if (argc > 3) setting.records = std::atoi(argv[3]);
  if (only.empty() || only == "memory") presences::bench::Memory(setting);
  if (only.empty() || only == "list") presences::bench::Lists(setting);
  if (only.empty() || only == "start") presences::bench::Start(setting);
  if (only.empty() || only == "expiry") presences::bench::Expiry(setting);
  std::filesystem::remove_all(setting.folder);
  return 0;
}
