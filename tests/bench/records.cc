#include "tests/bench/records.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "presences/v1/presences.grpc.pb.h"
#include "presences/v1/realtime.grpc.pb.h"

namespace presences::bench {
namespace {

void AddKey(grpc::ClientContext& context) { context.AddMetadata("x-appwrite-key", "bench-key"); }

}  // namespace

std::int64_t NowMillis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void SetExpiry(std::int64_t millis, v1::UpsertPresenceRequest& request) {
  request.mutable_expire_time()->set_seconds(millis / 1000);
  request.mutable_expire_time()->set_nanos(static_cast<int>(millis % 1000) * 1'000'000);
}

void Fill(const std::string& address, int count,
          const std::function<v1::UpsertPresenceRequest(int i)>& request) {
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  const auto presences = v1::Presences::NewStub(channel);
  for (int i = 0; i < count;) {
    v1::BatchUpsertPresencesRequest batch;
    for (int k = 0; k < 1000 && i < count; ++k, ++i) *batch.add_presences() = request(i);
    grpc::ClientContext context;
    AddKey(context);
    v1::BatchUpsertPresencesResponse response;
    const auto status = presences->BatchUpsertPresences(&context, batch, &response);
    if (!status.ok() || response.results(0).has_error()) {
      std::fprintf(stderr, "bench: cannot write: %s\n", status.error_message().c_str());
      std::exit(1);
    }
  }
}

Lateness HearExpiries(const std::string& address, int count) {
  const auto realtime =
      v1::Realtime::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  AddKey(context);
  v1::SubscribeRequest request;
  request.add_channels("presences.delete");
  const auto reader = realtime->Subscribe(&context, request);
  v1::SubscribeResponse response;
  Lateness lateness;
  bool began = false;  // with a reset, as every stream
  while (static_cast<int>(lateness.millis.size()) < count && reader->Read(&response)) {
    const std::int64_t received = NowMillis();
    if (response.has_reset() && began) ++lateness.resets;
    if (lateness.resets > 0) break;
    began = true;
    for (const auto& change : response.changes().changes()) {
      const auto& at = change.presence().expire_time();
      lateness.millis.push_back(
          static_cast<double>(received - at.seconds() * 1000 - at.nanos() / 1'000'000));
    }
  }
  context.TryCancel();
  if (lateness.millis.empty()) {
    std::fprintf(stderr, "bench: no expiry was heard\n");
    std::exit(1);
  }
  std::sort(lateness.millis.begin(), lateness.millis.end());
  return lateness;
}

}  // namespace presences::bench
