#include "server/gateway/grpc/presences_rpc.h"

#include "presences/v1/presences.grpc.pb.h"
#include "server/api/presences_api.h"
#include "server/gateway/grpc/call.h"
#include "server/gateway/grpc/rpc_metrics.h"
#include "server/gateway/grpc/unary_call.h"

namespace presences::gateway {
namespace {

using google::protobuf::Empty;
using grpc::ByteBuffer;
using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
using Service = v1::Presences;

// Every method raw: see UnaryCall.
using Base = Service::WithRawCallbackMethod_UpsertPresence<
    Service::WithRawCallbackMethod_GetPresence<Service::WithRawCallbackMethod_ListPresences<
        Service::WithRawCallbackMethod_UpdatePresence<Service::WithRawCallbackMethod_DeletePresence<
            Service::WithRawCallbackMethod_CountPresences<
                Service::WithRawCallbackMethod_BatchUpsertPresences<
                    Service::WithRawCallbackMethod_BatchDeletePresences<Service::Service>>>>>>>>;

class PresencesRpc final : public Base {
 public:
  PresencesRpc(service::PresenceService& presences, const auth::Authenticator& authenticator,
               const Clock& clock, Metrics& metrics, service::RequestLog& log)
      : api_(presences),
        authenticator_(authenticator),
        clock_(clock),
        metrics_(metrics),
        log_(log) {}

  ServerUnaryReactor* UpsertPresence(CallbackServerContext* context, const ByteBuffer* request,
                                     ByteBuffer* answer) override {
    return Serve<v1::UpsertPresenceRequest, v1::Presence>(
        context, *request, answer, upsert_, api::kMaxRequestBytes,
        [this](const auth::Principal& principal, auto* call, auto done) {
          api_.Upsert(principal, Source::kGrpc, call->request(), call->response(), done);
        });
  }

  ServerUnaryReactor* UpdatePresence(CallbackServerContext* context, const ByteBuffer* request,
                                     ByteBuffer* answer) override {
    return Serve<v1::UpdatePresenceRequest, v1::Presence>(
        context, *request, answer, update_, api::kMaxRequestBytes,
        [this](const auth::Principal& principal, auto* call, auto done) {
          api_.Update(principal, Source::kGrpc, call->request(), call->response(), done);
        });
  }

  ServerUnaryReactor* DeletePresence(CallbackServerContext* context, const ByteBuffer* request,
                                     ByteBuffer* answer) override {
    return Serve<v1::DeletePresenceRequest, Empty>(
        context, *request, answer, delete_, api::kMaxRequestBytes,
        [this](const auth::Principal& principal, auto* call, auto done) {
          api_.Delete(principal, Source::kGrpc, call->request(), done);
        });
  }

  ServerUnaryReactor* GetPresence(CallbackServerContext* context, const ByteBuffer* request,
                                  ByteBuffer* answer) override {
    return Serve<v1::GetPresenceRequest, v1::Presence>(
        context, *request, answer, get_, api::kMaxRequestBytes,
        [this](const auth::Principal& principal, auto* call, auto done) {
          done(api_.Get(principal, call->request(), call->response()));
        });
  }

  ServerUnaryReactor* ListPresences(CallbackServerContext* context, const ByteBuffer* request,
                                    ByteBuffer* answer) override {
    return Serve<v1::ListPresencesRequest, v1::ListPresencesResponse>(
        context, *request, answer, list_, api::kMaxRequestBytes,
        [this](const auth::Principal& principal, auto* call, auto done) {
          done(api_.List(principal, call->request(), call->response()));
        });
  }

  ServerUnaryReactor* CountPresences(CallbackServerContext* context, const ByteBuffer* request,
                                     ByteBuffer* answer) override {
    return Serve<v1::CountPresencesRequest, v1::CountPresencesResponse>(
        context, *request, answer, count_, api::kMaxRequestBytes,
        [this](const auth::Principal& principal, auto* call, auto done) {
          done(api_.Count(principal, call->request(), call->response()));
        });
  }

  ServerUnaryReactor* BatchUpsertPresences(CallbackServerContext* context,
                                           const ByteBuffer* request, ByteBuffer* answer) override {
    return Serve<v1::BatchUpsertPresencesRequest, v1::BatchUpsertPresencesResponse>(
        context, *request, answer, batch_upsert_, api::kMaxBatchBytes,
        [this](const auth::Principal& principal, auto* call, auto done) {
          api_.BatchUpsert(principal, Source::kGrpc, call->request(), call->response(), done);
        });
  }

  ServerUnaryReactor* BatchDeletePresences(CallbackServerContext* context,
                                           const ByteBuffer* request, ByteBuffer* answer) override {
    return Serve<v1::BatchDeletePresencesRequest, v1::BatchDeletePresencesResponse>(
        context, *request, answer, batch_delete_, api::kMaxBatchBytes,
        [this](const auth::Principal& principal, auto* call, auto done) {
          api_.BatchDelete(principal, call->request(), call->response(), done);
        });
  }

 private:
  // Reads the request, finds out who calls, and lets `run(principal, call, done)` answer.
  template <typename Request, typename Response, typename Run>
  ServerUnaryReactor* Serve(CallbackServerContext* context, const ByteBuffer& bytes,
                            ByteBuffer* answer, const RpcMetrics& metrics, std::size_t limit,
                            const Run& run) const {
    auto* call = new UnaryCall<Request, Response>(context, answer, metrics, log_);
    if (absl::Status status = call->Read(bytes, limit); !status.ok()) return call->Finish(status);
    const auto principal = authenticator_.Authenticate(CredentialsOf(*context), clock_.Now());
    if (!principal.ok()) return call->Finish(principal.status());
    call->set_principal(*principal);
    ServerUnaryReactor* const reactor = call->reactor();  // `call` may be gone after run
    run(**principal, call, [call](const absl::Status& status) { call->Finish(status); });
    return reactor;
  }

  api::PresencesApi api_;
  const auth::Authenticator& authenticator_;
  const Clock& clock_;
  Metrics& metrics_;
  service::RequestLog& log_;
  const RpcMetrics upsert_{metrics_, "UpsertPresence"};
  const RpcMetrics get_{metrics_, "GetPresence"};
  const RpcMetrics list_{metrics_, "ListPresences"};
  const RpcMetrics update_{metrics_, "UpdatePresence"};
  const RpcMetrics delete_{metrics_, "DeletePresence"};
  const RpcMetrics count_{metrics_, "CountPresences"};
  const RpcMetrics batch_upsert_{metrics_, "BatchUpsertPresences"};
  const RpcMetrics batch_delete_{metrics_, "BatchDeletePresences"};
};

}  // namespace

std::unique_ptr<grpc::Service> MakePresencesRpc(service::PresenceService& presences,
                                                const auth::Authenticator& authenticator,
                                                const Clock& clock, Metrics& metrics,
                                                service::RequestLog& log) {
  return std::make_unique<PresencesRpc>(presences, authenticator, clock, metrics, log);
}

}  // namespace presences::gateway
