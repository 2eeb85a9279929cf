#include "server/gateway/grpc/realtime_rpc.h"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>

#include "presences/v1/realtime.grpc.pb.h"
#include "server/api/presences_api.h"
#include "server/base/reason.h"
#include "server/gateway/grpc/call.h"
#include "server/gateway/grpc/rpc_metrics.h"
#include "server/gateway/grpc/subscribe_stream.h"
#include "server/wire/presence_proto.h"

namespace presences::gateway {
namespace {

service::RawSubscribe FromProto(const v1::SubscribeRequest& request) {
  service::RawSubscribe raw;
  raw.channels = {request.channels().begin(), request.channels().end()};
  raw.queries = {request.queries().begin(), request.queries().end()};
  raw.resume_token = request.resume_token();
  if (request.has_snapshot()) raw.snapshot = request.snapshot();
  raw.skip_unchanged = request.skip_unchanged();
  raw.max_batch = request.max_batch();
  return raw;
}

// Ends a Connect stream at once.
class RefusedConnect final
    : public grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse> {
 public:
  explicit RefusedConnect(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

using Base = v1::Realtime::WithRawCallbackMethod_Subscribe<
    v1::Realtime::WithCallbackMethod_Connect<v1::Realtime::Service>>;

class RealtimeRpc final : public Base {
 public:
  RealtimeRpc(service::RealtimeService& realtime, const auth::Authenticator& authenticator,
              const Clock& clock, Metrics& metrics)
      : realtime_(realtime),
        authenticator_(authenticator),
        clock_(clock),
        subscribe_(metrics, "Subscribe") {}

  grpc::ServerWriteReactor<grpc::ByteBuffer>* Subscribe(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request) override {
    const MonotonicTime started = clock_.Monotonic();
    auto stream =
        std::make_shared<SubscribeStream>(context, [this, started](const absl::Status& status) {
          subscribe_.Count(status, clock_.Monotonic() - started);
        });
    absl::StatusOr<hub::SessionPtr> session = Open(*context, *request, stream);
    if (session.ok()) {
      stream->Start(*std::move(session));
    } else {
      stream->Refuse(session.status());
    }
    return stream.get();
  }

  grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* Connect(
      grpc::CallbackServerContext*) override {
    return new RefusedConnect(ToGrpc(MakeError(
        Reason::kGeneralNotImplemented,
        "Connect is not served by this version; use Subscribe and UpsertPresence instead")));
  }

 private:
  absl::StatusOr<hub::SessionPtr> Open(const grpc::CallbackServerContext& context,
                                       const grpc::ByteBuffer& buffer,
                                       std::shared_ptr<SubscribeStream> stream) {
    absl::Status size = api::CheckSize(buffer.Length(), api::kMaxRequestBytes);
    if (!size.ok()) return size;
    v1::SubscribeRequest request;
    grpc::ByteBuffer copy(buffer);
    if (!grpc::SerializationTraits<v1::SubscribeRequest>::Deserialize(&copy, &request).ok()) {
      return MakeError(Reason::kGeneralArgumentInvalid,
                       "the request is no presences.v1.SubscribeRequest; use the published proto");
    }
    const auto principal = authenticator_.Authenticate(CredentialsOf(context), clock_.Now());
    if (!principal.ok()) return principal.status();
    return realtime_.Subscribe(**principal, FromProto(request), wire::ProtobufStreamEncoder(),
                               "grpc", std::move(stream));
  }

  service::RealtimeService& realtime_;
  const auth::Authenticator& authenticator_;
  const Clock& clock_;
  const RpcMetrics subscribe_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRealtimeRpc(service::RealtimeService& realtime,
                                               const auth::Authenticator& authenticator,
                                               const Clock& clock, Metrics& metrics) {
  return std::make_unique<RealtimeRpc>(realtime, authenticator, clock, metrics);
}

}  // namespace presences::gateway
