#include "server/gateway/grpc/presences_rpc.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "google/rpc/status.pb.h"
#include "presences/v1/presences.grpc.pb.h"
#include "server/gateway/grpc/arena_allocator.h"
#include "server/gateway/grpc/call.h"
#include "server/gateway/grpc/rpc_metrics.h"
#include "server/wire/presence_proto.h"
#include "server/wire/request_proto.h"

namespace presences::gateway {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

template <typename Repeated>
std::vector<std::string> Strings(const Repeated& field) {
  return {field.begin(), field.end()};
}

class PresencesRpc final : public v1::Presences::CallbackService {
 public:
  PresencesRpc(service::PresenceService& presences, const auth::Authenticator& authenticator,
               const Clock& clock, Metrics& metrics)
      : presences_(presences), authenticator_(authenticator), clock_(clock), metrics_(metrics) {
    SetMessageAllocatorFor_UpsertPresence(&upsert_allocator_);
    SetMessageAllocatorFor_GetPresence(&get_allocator_);
    SetMessageAllocatorFor_UpdatePresence(&update_allocator_);
    SetMessageAllocatorFor_BatchUpsertPresences(&batch_allocator_);
  }

  ServerUnaryReactor* UpsertPresence(CallbackServerContext* context,
                                     const v1::UpsertPresenceRequest* request,
                                     v1::Presence* response) override {
    return Write(context, *request, response, upsert_, &service::PresenceService::Upsert);
  }

  ServerUnaryReactor* UpdatePresence(CallbackServerContext* context,
                                     const v1::UpdatePresenceRequest* request,
                                     v1::Presence* response) override {
    return Write(context, *request, response, update_, &service::PresenceService::Update);
  }

  ServerUnaryReactor* DeletePresence(CallbackServerContext* context,
                                     const v1::DeletePresenceRequest* request,
                                     google::protobuf::Empty*) override {
    const Answer answer(context, delete_);
    const auto principal = Admit(context, *request, kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    presences_.Delete(**principal, Source::kGrpc, wire::FromProto(*request),
                      [answer](absl::StatusOr<PresencePtr> result) {
                        answer.Finish(result.status());
                      });
    return answer.reactor();
  }

  ServerUnaryReactor* GetPresence(CallbackServerContext* context,
                                  const v1::GetPresenceRequest* request,
                                  v1::Presence* response) override {
    const Answer answer(context, get_);
    const auto principal = Admit(context, *request, kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    const auto record = presences_.Get(**principal, request->presence_id());
    if (record.ok()) wire::ToProto(**record, response);
    return answer.Finish(record.status());
  }

  ServerUnaryReactor* ListPresences(CallbackServerContext* context,
                                    const v1::ListPresencesRequest* request,
                                    v1::ListPresencesResponse* response) override {
    const Answer answer(context, list_);
    const auto principal = Admit(context, *request, kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    const bool want_total = !request->has_total() || request->total();
    const auto result =
        presences_.List(**principal, Strings(request->queries()), want_total, request->ttl());
    if (!result.ok()) return answer.Finish(result.status());
    response->set_total(result->total);
    for (const PresencePtr& record : result->records) {
      wire::ToProto(*record, response->add_presences());
    }
    return answer.Finish(absl::OkStatus());
  }

  ServerUnaryReactor* CountPresences(CallbackServerContext* context,
                                     const v1::CountPresencesRequest* request,
                                     v1::CountPresencesResponse* response) override {
    const Answer answer(context, count_);
    const auto principal = Admit(context, *request, kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    const auto result =
        presences_.Count(**principal, Strings(request->queries()), request->group_by());
    if (!result.ok()) return answer.Finish(result.status());
    response->set_total(result->total);
    for (const auto& [value, count] : result->groups) {
      auto* group = response->add_groups();
      group->set_value(value);
      group->set_count(count);
    }
    return answer.Finish(absl::OkStatus());
  }

  ServerUnaryReactor* BatchUpsertPresences(CallbackServerContext* context,
                                           const v1::BatchUpsertPresencesRequest* request,
                                           v1::BatchUpsertPresencesResponse* response) override {
    const Answer answer(context, batch_upsert_);
    const auto principal = Admit(context, *request, kMaxBatchBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    std::vector<absl::StatusOr<RawWrite>> raw;
    raw.reserve(static_cast<std::size_t>(request->presences_size()));
    for (const auto& item : request->presences()) raw.push_back(wire::FromProto(item));
    presences_.BatchUpsert(**principal, Source::kGrpc, std::move(raw),
                           [answer, response](auto results) {
                             if (!results.ok()) {
                               answer.Finish(results.status());
                               return;
                             }
                             for (const auto& result : *results) {
                               auto* out = response->add_results();
                               if (result.ok()) {
                                 wire::ToProto(**result, out->mutable_presence());
                               } else {
                                 wire::ToProto(result.status(), out->mutable_error());
                               }
                             }
                             answer.Finish(absl::OkStatus());
                           });
    return answer.reactor();
  }

  ServerUnaryReactor* BatchDeletePresences(CallbackServerContext* context,
                                           const v1::BatchDeletePresencesRequest* request,
                                           v1::BatchDeletePresencesResponse* response) override {
    const Answer answer(context, batch_delete_);
    const auto principal = Admit(context, *request, kMaxBatchBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    presences_.BatchDelete(**principal, Strings(request->presence_ids()),
                           Strings(request->queries()),
                           [answer, response](absl::StatusOr<std::int64_t> deleted) {
                             if (deleted.ok()) response->set_deleted(*deleted);
                             answer.Finish(deleted.status());
                           });
    return answer.reactor();
  }

 private:
  // The end of one call: counts it and finishes its reactor. Small, so that callbacks copy it.
  class Answer {
   public:
    Answer(CallbackServerContext* context, const RpcMetrics& metrics)
        : reactor_(context->DefaultReactor()),
          metrics_(&metrics),
          started_(Clock::System().Monotonic()) {}

    ServerUnaryReactor* Finish(const absl::Status& status) const {
      metrics_->Count(status, Clock::System().Monotonic() - started_);
      // The reactor may be gone as soon as Finish has been called.
      ServerUnaryReactor* const reactor = reactor_;
      reactor->Finish(ToGrpc(status));
      return reactor;
    }
    ServerUnaryReactor* reactor() const { return reactor_; }

   private:
    ServerUnaryReactor* reactor_;
    const RpcMetrics* metrics_;
    MonotonicTime started_;
  };

  template <typename Request>
  absl::StatusOr<auth::PrincipalPtr> Admit(CallbackServerContext* context, const Request& request,
                                           std::size_t limit) const {
    absl::Status size = CheckSize(request.ByteSizeLong(), limit);
    if (!size.ok()) return size;
    return authenticator_.Authenticate(CredentialsOf(*context), clock_.Now());
  }

  template <typename Request, typename Method>
  ServerUnaryReactor* Write(CallbackServerContext* context, const Request& request,
                            v1::Presence* response, const RpcMetrics& metrics, Method method) {
    const Answer answer(context, metrics);
    const auto principal = Admit(context, request, kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    absl::StatusOr<RawWrite> raw = wire::FromProto(request);
    if (!raw.ok()) return answer.Finish(raw.status());
    (presences_.*method)(**principal, Source::kGrpc, *std::move(raw),
                         [answer, response](absl::StatusOr<PresencePtr> result) {
                           if (result.ok()) wire::ToProto(**result, response);
                           answer.Finish(result.status());
                         });
    return answer.reactor();
  }

  service::PresenceService& presences_;
  const auth::Authenticator& authenticator_;
  const Clock& clock_;
  Metrics& metrics_;
  const RpcMetrics upsert_{metrics_, "UpsertPresence"};
  const RpcMetrics get_{metrics_, "GetPresence"};
  const RpcMetrics list_{metrics_, "ListPresences"};
  const RpcMetrics update_{metrics_, "UpdatePresence"};
  const RpcMetrics delete_{metrics_, "DeletePresence"};
  const RpcMetrics count_{metrics_, "CountPresences"};
  const RpcMetrics batch_upsert_{metrics_, "BatchUpsertPresences"};
  const RpcMetrics batch_delete_{metrics_, "BatchDeletePresences"};
  ArenaAllocator<v1::UpsertPresenceRequest, v1::Presence> upsert_allocator_;
  ArenaAllocator<v1::GetPresenceRequest, v1::Presence> get_allocator_;
  ArenaAllocator<v1::UpdatePresenceRequest, v1::Presence> update_allocator_;
  ArenaAllocator<v1::BatchUpsertPresencesRequest, v1::BatchUpsertPresencesResponse>
      batch_allocator_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakePresencesRpc(service::PresenceService& presences,
                                                const auth::Authenticator& authenticator,
                                                const Clock& clock, Metrics& metrics) {
  return std::make_unique<PresencesRpc>(presences, authenticator, clock, metrics);
}

}  // namespace presences::gateway
