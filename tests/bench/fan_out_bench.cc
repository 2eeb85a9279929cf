// Fan-out to 1 000 subscribers on 1 000 connections (design 7): ours over gRPC beside Redis
// PUBLISH, NATS, and a gRPC service that writes each event to each follower. One client for all,
// which costs little, so that the servers are seen.
//   fan_out_bench BENCH_SERVER [SUBSCRIBERS [WINDOW]]
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "presences/v1/presences.pb.h"
#include "presences/v1/realtime.pb.h"
#include "tests/bench/bench_child.h"
#include "tests/bench/fan_out_side.h"
#include "tests/bench/peers.h"

namespace presences::bench {
namespace {

constexpr int kRounds = 5;
constexpr std::size_t kEventSize = 300;

v1::UpsertPresenceRequest Request(int n) {
  v1::UpsertPresenceRequest request;
  request.set_presence_id("presence-" + std::to_string(n % 1000));
  request.set_user_id("ada");
  request.set_status("online");
  request.set_metadata("{\"page\":\"/dashboard\",\"device\":\"" + std::string(180, 'x') + "\"}");
  request.mutable_permissions()->add_permissions("read(\"users\")");
  return request;
}

std::size_t Varint(const char*& at) {
  std::size_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(*at++);
    value |= std::size_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
}

// The changes in a SubscribeResponse, whose fields all have a length.
int ChangesIn(const char* data, std::size_t size) {
  constexpr std::size_t kChangesField = v1::SubscribeResponse::kChangesFieldNumber << 3 | 2;
  int changes = 0;
  for (const char* at = data; at < data + size;) {
    const std::size_t tag = Varint(at);
    const std::size_t length = Varint(at);
    const char* const end = at + length;
    while (tag == kChangesField && at < end) {
      Varint(at);
      const std::size_t one = Varint(at);
      at += one;
      ++changes;
    }
    at = end;
  }
  return changes;
}

GrpcFanOut Ours(const BenchChild& server) {
  v1::SubscribeRequest follow;
  follow.add_channels("presences");
  follow.set_snapshot(false);
  return {server.words()[0],
          "/presences.v1.Realtime/Subscribe",
          follow.SerializeAsString(),
          "/presences.v1.Presences/UpsertPresence",
          [](int n) { return Request(n).SerializeAsString(); },
          ChangesIn};
}

GrpcFanOut Naive(const BenchChild& server) {
  const std::string event = "\x0a\xac\x02" + std::string(kEventSize, 'x');
  return {server.words()[2],
          "/presences.bench.Naive/Follow",
          "",
          "/presences.bench.Naive/Publish",
          [event](int) { return event; },
          [](const char*, std::size_t) { return 1; }};
}

PlainFanOut Redis(const PeerServer& redis) {
  const std::string payload = "$300\r\n" + std::string(kEventSize, 'x') + "\r\n";
  return {redis.address, "", "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n",
          "*3\r\n$7\r\nPUBLISH\r\n$1\r\nc\r\n" + payload,
          ("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n" + payload).size()};
}

PlainFanOut Nats(const PeerServer& nats) {
  const std::string payload = " 300\r\n" + std::string(kEventSize, 'x') + "\r\n";
  return {nats.address, "CONNECT {\"verbose\":false}\r\n", "SUB c 1\r\n", "PUB c" + payload,
          ("MSG c 1" + payload).size()};
}

void Run(const std::string& program, int subscribers, int window) {
  const BenchChild our_server({program, "memory", "-"});
  const BenchChild naive_server({program, "memory", "-"});
  const auto redis_server = StartRedis();
  const auto nats_server = StartNats();
  const auto ours = MakeGrpcSide(our_server, Ours(our_server), subscribers);
  const auto naive = MakeGrpcSide(naive_server, Naive(naive_server), subscribers);
  std::unique_ptr<FanOutSide> redis;
  std::unique_ptr<FanOutSide> nats;
  if (redis_server) redis = MakePlainSide(*redis_server->child, Redis(*redis_server), subscribers);
  if (nats_server) nats = MakePlainSide(*nats_server->child, Nats(*nats_server), subscribers);
  for (int i = 0; i < kRounds; ++i) {
    for (FanOutSide* side : {ours.get(), naive.get(), redis.get(), nats.get()}) {
      if (side != nullptr) side->Round(window);
    }
  }
  std::printf(
      "{\"bench\":\"grpc_fan_out\",\"subscribers\":%d,\"window\":%d,\"deliveries_per_s\":%.0f,"
      "\"cpu_us\":%.3f,\"naive_per_s\":%.0f,\"naive_cpu_us\":%.3f,\"cpu_vs_naive\":%.3f",
      subscribers, window, ours->per_second(), ours->cpu_micros(), naive->per_second(),
      naive->cpu_micros(), ours->cpu_micros() / naive->cpu_micros());
  if (redis) {
    std::printf(",\"vs_redis\":%.2f,\"redis_per_s\":%.0f,\"redis_cpu_us\":%.3f",
                ours->per_second() / redis->per_second(), redis->per_second(), redis->cpu_micros());
  }
  if (nats) {
    std::printf(",\"vs_nats\":%.2f,\"nats_per_s\":%.0f,\"nats_cpu_us\":%.3f",
                ours->per_second() / nats->per_second(), nats->per_second(), nats->cpu_micros());
  }
  std::printf(
      "}\n{\"bench\":\"idle_watcher\",\"bytes\":%.0f,\"bare_stream_bytes\":%.0f,"
      "\"ratio\":%.2f,\"ceiling\":1.1}\n",
      ours->idle_bytes(), naive->idle_bytes(), ours->idle_bytes() / naive->idle_bytes());
}

}  // namespace
}  // namespace presences::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: fan_out_bench BENCH_SERVER [SUBSCRIBERS [WINDOW]]\n");
    return 2;
  }
  presences::bench::Run(argv[1], argc > 2 ? std::atoi(argv[2]) : 1000,
                        argc > 3 ? std::atoi(argv[3]) : 256);
  return 0;
}
