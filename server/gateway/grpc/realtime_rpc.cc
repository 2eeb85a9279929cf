#include "server/gateway/grpc/realtime_rpc.h"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>

#include "presences/v1/realtime.grpc.pb.h"
#include "server/api/presences_api.h"
#include "server/api/raw_subscribe.h"
#include "server/base/reason.h"
#include "server/gateway/grpc/call.h"
#include "server/gateway/grpc/connect_metrics.h"
#include "server/gateway/grpc/connect_stream.h"
#include "server/gateway/grpc/malformed_request.h"
#include "server/gateway/grpc/rpc_metrics.h"
#include "server/gateway/grpc/stream_report.h"
#include "server/gateway/grpc/subscribe_stream.h"
#include "server/wire/presence_proto.h"

namespace presences::gateway {
namespace {

using Base = v1::Realtime::WithRawCallbackMethod_Subscribe<
    v1::Realtime::WithRawCallbackMethod_Connect<v1::Realtime::Service>>;

class RealtimeRpc final : public Base {
 public:
  RealtimeRpc(service::RealtimeService& realtime, service::HoldKeeper& holds,
              const auth::Authenticator& authenticator, const Clock& clock, Metrics& metrics,
              service::RequestLog& log, StreamLife life)
      : realtime_(realtime),
        holds_(holds),
        authenticator_(authenticator),
        clock_(clock),
        refusals_(metrics),
        log_(log),
        life_(life),
        subscribe_(metrics, "Subscribe"),
        connect_(metrics, "Connect"),
        kinds_(metrics) {}

  grpc::ServerWriteReactor<grpc::ByteBuffer>* Subscribe(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request) override {
    auto report =
        std::make_shared<StreamReport>(context, StreamReport::Services{subscribe_, log_, clock_});
    auto stream = std::make_shared<SubscribeStream>(
        context, [report](const absl::Status& status) { report->End(status); });
    service::ConnectionSlot slot;
    absl::StatusOr<hub::SessionPtr> session = Open(*context, *request, stream, *report, &slot);
    if (session.ok()) {
      stream->Start(*std::move(session), std::move(slot), life_.max_connection_age);
    } else {
      stream->Refuse(session.status());
    }
    return stream.get();
  }

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Connect(
      grpc::CallbackServerContext* context) override {
    auto stream = std::make_shared<ConnectStream>(
        context,
        ConnectStream::Services{realtime_, holds_, authenticator_, clock_, refusals_, kinds_,
                                life_.open, life_.max_connection_age},
        std::make_unique<StreamReport>(context, StreamReport::Services{connect_, log_, clock_}));
    const auto principal = authenticator_.Authenticate(CredentialsOf(*context), clock_.Now());
    if (!principal.ok()) {
      stream->Refuse(principal.status());
      return stream.get();
    }
    absl::StatusOr<service::ConnectionSlot> slot = realtime_.Connect(**principal);
    if (slot.ok()) {
      stream->Start(*principal, *std::move(slot));
    } else {
      stream->Refuse(slot.status());
    }
    return stream.get();
  }

 private:
  absl::StatusOr<hub::SessionPtr> Open(const grpc::CallbackServerContext& context,
                                       const grpc::ByteBuffer& buffer,
                                       std::shared_ptr<SubscribeStream> stream,
                                       StreamReport& report, service::ConnectionSlot* slot) {
    absl::Status size = api::CheckSize(buffer.Length(), api::kMaxRequestBytes);
    if (!size.ok()) return size;
    v1::SubscribeRequest request;
    grpc::ByteBuffer copy(buffer);
    if (!grpc::SerializationTraits<v1::SubscribeRequest>::Deserialize(&copy, &request).ok()) {
      return MalformedRequest(*v1::SubscribeRequest::descriptor(), buffer);
    }
    const auto principal = authenticator_.Authenticate(CredentialsOf(context), clock_.Now());
    if (!principal.ok()) return principal.status();
    report.SetCaller(*principal);
    absl::StatusOr<service::ConnectionSlot> place = realtime_.Connect(**principal);
    if (!place.ok()) return place.status();
    *slot = *std::move(place);
    return realtime_.Subscribe(**principal, api::FromProto(request), wire::ProtobufStreamEncoder(),
                               "grpc", std::move(stream));
  }

  service::RealtimeService& realtime_;
  service::HoldKeeper& holds_;
  const auth::Authenticator& authenticator_;
  const Clock& clock_;
  const Refusals refusals_;
  service::RequestLog& log_;
  const StreamLife life_;
  const RpcMetrics subscribe_;
  const RpcMetrics connect_;
  const ConnectKinds kinds_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRealtimeRpc(service::RealtimeService& realtime,
                                               service::HoldKeeper& holds,
                                               const auth::Authenticator& authenticator,
                                               const Clock& clock, Metrics& metrics,
                                               service::RequestLog& log, StreamLife life) {
  return std::make_unique<RealtimeRpc>(realtime, holds, authenticator, clock, metrics, log, life);
}

}  // namespace presences::gateway
