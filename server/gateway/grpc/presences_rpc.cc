#include "server/gateway/grpc/presences_rpc.h"

#include "presences/v1/presences.grpc.pb.h"
#include "server/api/presences_api.h"
#include "server/gateway/grpc/arena_allocator.h"
#include "server/gateway/grpc/call.h"
#include "server/gateway/grpc/rpc_metrics.h"

namespace presences::gateway {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class PresencesRpc final : public v1::Presences::CallbackService {
 public:
  PresencesRpc(service::PresenceService& presences, const auth::Authenticator& authenticator,
               const Clock& clock, Metrics& metrics)
      : api_(presences), authenticator_(authenticator), clock_(clock), metrics_(metrics) {
    SetMessageAllocatorFor_UpsertPresence(&upsert_allocator_);
    SetMessageAllocatorFor_GetPresence(&get_allocator_);
    SetMessageAllocatorFor_UpdatePresence(&update_allocator_);
    SetMessageAllocatorFor_BatchUpsertPresences(&batch_allocator_);
  }

  ServerUnaryReactor* UpsertPresence(CallbackServerContext* context,
                                     const v1::UpsertPresenceRequest* request,
                                     v1::Presence* response) override {
    const Answer answer(context, upsert_);
    const auto principal = Admit(context, *request, api::kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    api_.Upsert(**principal, Source::kGrpc, *request, response,
                [answer](const absl::Status& status) { answer.Finish(status); });
    return answer.reactor();
  }

  ServerUnaryReactor* UpdatePresence(CallbackServerContext* context,
                                     const v1::UpdatePresenceRequest* request,
                                     v1::Presence* response) override {
    const Answer answer(context, update_);
    const auto principal = Admit(context, *request, api::kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    api_.Update(**principal, Source::kGrpc, *request, response,
                [answer](const absl::Status& status) { answer.Finish(status); });
    return answer.reactor();
  }

  ServerUnaryReactor* DeletePresence(CallbackServerContext* context,
                                     const v1::DeletePresenceRequest* request,
                                     google::protobuf::Empty*) override {
    const Answer answer(context, delete_);
    const auto principal = Admit(context, *request, api::kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    api_.Delete(**principal, Source::kGrpc, *request,
                [answer](const absl::Status& status) { answer.Finish(status); });
    return answer.reactor();
  }

  ServerUnaryReactor* GetPresence(CallbackServerContext* context,
                                  const v1::GetPresenceRequest* request,
                                  v1::Presence* response) override {
    const Answer answer(context, get_);
    const auto principal = Admit(context, *request, api::kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    return answer.Finish(api_.Get(**principal, *request, response));
  }

  ServerUnaryReactor* ListPresences(CallbackServerContext* context,
                                    const v1::ListPresencesRequest* request,
                                    v1::ListPresencesResponse* response) override {
    const Answer answer(context, list_);
    const auto principal = Admit(context, *request, api::kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    return answer.Finish(api_.List(**principal, *request, response));
  }

  ServerUnaryReactor* CountPresences(CallbackServerContext* context,
                                     const v1::CountPresencesRequest* request,
                                     v1::CountPresencesResponse* response) override {
    const Answer answer(context, count_);
    const auto principal = Admit(context, *request, api::kMaxRequestBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    return answer.Finish(api_.Count(**principal, *request, response));
  }

  ServerUnaryReactor* BatchUpsertPresences(CallbackServerContext* context,
                                           const v1::BatchUpsertPresencesRequest* request,
                                           v1::BatchUpsertPresencesResponse* response) override {
    const Answer answer(context, batch_upsert_);
    const auto principal = Admit(context, *request, api::kMaxBatchBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    api_.BatchUpsert(**principal, Source::kGrpc, *request, response,
                     [answer](const absl::Status& status) { answer.Finish(status); });
    return answer.reactor();
  }

  ServerUnaryReactor* BatchDeletePresences(CallbackServerContext* context,
                                           const v1::BatchDeletePresencesRequest* request,
                                           v1::BatchDeletePresencesResponse* response) override {
    const Answer answer(context, batch_delete_);
    const auto principal = Admit(context, *request, api::kMaxBatchBytes);
    if (!principal.ok()) return answer.Finish(principal.status());
    api_.BatchDelete(**principal, *request, response,
                     [answer](const absl::Status& status) { answer.Finish(status); });
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
    absl::Status size = api::CheckSize(request.ByteSizeLong(), limit);
    if (!size.ok()) return size;
    return authenticator_.Authenticate(CredentialsOf(*context), clock_.Now());
  }

  api::PresencesApi api_;
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
