#include "client/retrying_connection.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <utility>

#include "client/presence_stub.h"
#include "client/proto_convert.h"
#include "client/resuming_hold.h"
#include "client/resuming_stream.h"
#include "client/waiter.h"

namespace presences::client {
namespace {

using std::chrono::milliseconds;

class RetryingConnection final : public PresenceConnection {
 public:
  RetryingConnection(std::shared_ptr<PresenceStub> stub, Clock& clock,
                     const RetryingOptions& options)
      : stub_(std::move(stub)),
        clock_(clock),
        policy_(options.policy),
        seed_(options.seed != 0 ? options.seed : std::random_device{}()) {}

  absl::StatusOr<Presence> Upsert(const PresenceUpsert& upsert) override {
    v1::UpsertPresenceRequest request;
    ToProto(upsert, &request);
    return Record(Call(&PresenceStub::Upsert, request, !upsert.if_revision));
  }

  absl::StatusOr<Presence> Get(const std::string& id) override {
    v1::GetPresenceRequest request;
    request.set_presence_id(id);
    return Record(Call(&PresenceStub::Get, request, true));
  }

  absl::StatusOr<PresenceList> List(const ListRequest& list) override {
    v1::ListPresencesRequest request;
    *request.mutable_queries() = {list.queries.begin(), list.queries.end()};
    request.set_total(list.want_total);
    request.set_ttl(list.cache_seconds);
    auto response = Call(&PresenceStub::List, request, true);
    if (!response.ok()) return response.status();
    PresenceList result{.total = response->total()};
    result.presences.reserve(static_cast<std::size_t>(response->presences_size()));
    for (const auto& presence : response->presences()) {
      result.presences.push_back(FromProto(presence));
    }
    return result;
  }

  absl::StatusOr<Presence> Update(const PresenceUpdate& update) override {
    v1::UpdatePresenceRequest request;
    ToProto(update, &request);
    return Record(Call(&PresenceStub::Update, request, !update.if_revision));
  }

  absl::Status Delete(const std::string& id, std::optional<std::int64_t> if_revision) override {
    v1::DeletePresenceRequest request;
    request.set_presence_id(id);
    if (if_revision) request.set_if_revision(*if_revision);
    bool repeated = false;
    const auto status =
        Call(&PresenceStub::Delete, request, !if_revision.has_value(), &repeated).status();
    // The attempt whose answer was lost has deleted it.
    return repeated && absl::IsNotFound(status) ? absl::OkStatus() : status;
  }

  absl::StatusOr<PresenceCount> Count(const CountRequest& count) override {
    v1::CountPresencesRequest request;
    *request.mutable_queries() = {count.queries.begin(), count.queries.end()};
    request.set_group_by(count.group_by);
    const auto response = Call(&PresenceStub::Count, request, true);
    if (!response.ok()) return response.status();
    PresenceCount result{.total = response->total()};
    for (const auto& group : response->groups()) {
      result.groups.push_back({group.value(), group.count()});
    }
    return result;
  }

  absl::StatusOr<BatchResults> BatchUpsert(const std::vector<PresenceUpsert>& items) override {
    v1::BatchUpsertPresencesRequest request;
    bool repeatable = true;
    for (const PresenceUpsert& item : items) {
      ToProto(item, request.add_presences());
      repeatable = repeatable && !item.if_revision;
    }
    const auto response = Call(&PresenceStub::BatchUpsert, request, repeatable);
    if (!response.ok()) return response.status();
    BatchResults results;
    results.reserve(items.size());
    for (const auto& result : response->results()) {
      if (result.has_presence()) {
        results.emplace_back(FromProto(result.presence()));
      } else {
        results.emplace_back(FromProto(result.error()));
      }
    }
    return results;
  }

  absl::StatusOr<std::int64_t> BatchDelete(const client::BatchDelete& batch) override {
    v1::BatchDeletePresencesRequest request;
    *request.mutable_presence_ids() = {batch.ids.begin(), batch.ids.end()};
    *request.mutable_queries() = {batch.queries.begin(), batch.queries.end()};
    const auto response = Call(&PresenceStub::BatchDelete, request, true);
    if (!response.ok()) return response.status();
    return response->deleted();
  }

  std::unique_ptr<EventStream> Subscribe(SubscribeRequest request) override {
    return MakeResumingStream(stub_, std::move(request), policy_, clock_, NextSeed());
  }

  std::unique_ptr<HeldStream> Hold(HoldRequest request) override {
    return MakeResumingHold(stub_, std::move(request), policy_, clock_, NextSeed());
  }

  absl::StatusOr<Health> CheckHealth(const std::string& service) override {
    HealthStub::Request request;
    request.set_value(service);
    const auto response = Call(&PresenceStub::CheckHealth, request, true);
    if (absl::IsNotFound(response.status())) return Health::kServiceUnknown;
    if (!response.ok()) return response.status();
    switch (response->value()) {  // HealthCheckResponse.ServingStatus
      case 1:
        return Health::kServing;
      case 2:
        return Health::kNotServing;
      case 3:
        return Health::kServiceUnknown;
      default:
        return Health::kUnknown;
    }
  }

 private:
  static absl::StatusOr<Presence> Record(const absl::StatusOr<v1::Presence>& response) {
    if (!response.ok()) return response.status();
    return FromProto(*response);
  }

  std::uint64_t NextSeed() { return seed_ + calls_.fetch_add(1, std::memory_order_relaxed); }

  // Calls until it succeeds, is refused, or the time is up. `repeatable`: a second execution does
  // no harm. `*repeated`: an attempt whose effect is unknown preceded the last one.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (PresenceStub::*method)(grpc::ClientContext&,
                                                                     const Request&, Response*),
                                const Request& request, bool repeatable, bool* repeated = nullptr) {
    const MonotonicTime deadline = clock_.Monotonic() + policy_.call_timeout;
    Backoff backoff(policy_, NextSeed());
    for (int attempt = 1;; ++attempt) {
      grpc::ClientContext context;
      const auto remaining = std::chrono::ceil<milliseconds>(deadline - clock_.Monotonic());
      context.set_deadline(std::chrono::system_clock::now() + remaining);
      Response response;
      const absl::Status status = FromGrpc((stub_.get()->*method)(context, request, &response));
      if (status.ok()) return response;
      const bool unknown_effect = absl::IsUnavailable(status);
      if (!IsRetryable(status) || (unknown_effect && !repeatable)) return status;
      if (attempt == policy_.max_attempts) return status;
      const milliseconds wait = backoff.Next(status);
      if (clock_.Monotonic() + wait >= deadline) return status;
      if (repeated != nullptr) *repeated = *repeated || unknown_effect;
      Waiter(clock_).Wait(wait);
    }
  }

  const std::shared_ptr<PresenceStub> stub_;
  Clock& clock_;
  const RetryPolicy policy_;
  const std::uint64_t seed_;
  std::atomic<std::uint64_t> calls_{0};
};

}  // namespace

std::unique_ptr<PresenceConnection> MakeRetryingConnection(std::shared_ptr<PresenceStub> stub,
                                                           Clock& clock,
                                                           const RetryingOptions& options) {
  return std::make_unique<RetryingConnection>(std::move(stub), clock, options);
}

}  // namespace presences::client
