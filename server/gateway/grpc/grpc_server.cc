#include "server/gateway/grpc/grpc_server.h"

#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "presences/v1/presences.grpc.pb.h"
#include "presences/v1/realtime.grpc.pb.h"
#include "server/api/presences_api.h"
#include "server/gateway/grpc/grpc_log.h"
#include "server/gateway/grpc/presences_rpc.h"
#include "server/gateway/grpc/realtime_rpc.h"
#include "server/gateway/grpc/self_probe.h"
#include "server/gateway/grpc/tls_credentials.h"

namespace presences::gateway {
namespace {

constexpr int kKeepaliveMillis = 20'000;  // design 5.4: a dead peer is noticed in 40 s
constexpr int kKeepaliveTimeoutMillis = 20'000;
constexpr int kMinClientPingMillis = 10'000;  // clients may ping this often (peers.md 2)

// A stream that began just before its connection was asked to end may last as long as any other.
constexpr std::chrono::milliseconds kAgeReserve{60'000};

void SetAge(grpc::ServerBuilder& builder, std::chrono::milliseconds age) {
  if (age.count() == 0) return;
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, static_cast<int>(age.count()));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             static_cast<int>((age + kAgeReserve).count()));
}

void SetLimits(grpc::ServerBuilder& builder) {
  // Twice what is allowed: what is a little too large gets our refusal, which says more than
  // gRPC's.
  builder.SetMaxReceiveMessageSize(static_cast<int>(2 * api::kMaxBatchBytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinClientPingMillis);
  // A second server on the same port would silently take half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

struct GrpcServer::Impl {
  OpenStreams open;
  std::unique_ptr<grpc::Service> presences;
  std::unique_ptr<grpc::Service> realtime;
  std::shared_ptr<TlsCredentials> tls;  // null: plaintext
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<SelfProbe> probe;
  std::string address;
};

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

GrpcServer::~GrpcServer() { Shutdown(std::chrono::milliseconds(0)); }

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(const Options& options,
                                                              const Services& services) {
  RedirectGrpcLog();
  auto impl = std::make_unique<Impl>();
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
  if (options.tls) {
    if (absl::Status status = CheckTlsText(*options.tls); !status.ok()) return status;
    credentials = impl->tls = std::make_shared<TlsCredentials>(*options.tls);
  }
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  if (options.channelz) grpc::channelz::experimental::InitChannelzService();

  impl->presences = MakePresencesRpc(services.presences, services.authenticator, services.clock,
                                     services.metrics, services.log);
  impl->realtime =
      MakeRealtimeRpc(services.realtime, services.holds, services.authenticator, services.clock,
                      services.metrics, services.log, {impl->open, options.max_connection_age});
  grpc::ServerBuilder builder;
  SetLimits(builder);
  SetAge(builder, options.max_connection_age);
  int port = 0;
  builder.AddListeningPort(options.address, credentials, &port);
  builder.RegisterService(impl->presences.get());
  builder.RegisterService(impl->realtime.get());
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen for gRPC on ", options.address,
                     "; is the port in use, or the address not of this machine?"));
  }
  impl->address = absl::StrCat(options.address.substr(0, options.address.rfind(':')), ":", port);
  impl->probe = std::make_unique<SelfProbe>(*impl->server, options.heartbeats->Add("grpc"));
  std::unique_ptr<GrpcServer> server(new GrpcServer(std::move(impl)));
  server->SetServing({});
  return server;
}

const std::string& GrpcServer::address() const { return impl_->address; }

void GrpcServer::SetServing(const Serving& serving) {
  grpc::HealthCheckServiceInterface* health = impl_->server->GetHealthCheckService();
  health->SetServingStatus("", serving.overall);
  health->SetServingStatus(v1::Presences::service_full_name(), serving.presences);
  health->SetServingStatus(v1::Realtime::service_full_name(), serving.realtime);
}

void GrpcServer::CheckCredentials() { impl_->open.CheckCredentials(); }

void GrpcServer::Probe() { impl_->probe->Start(); }

absl::StatusOr<std::function<void()>> GrpcServer::PrepareTls(const TlsText& text) {
  if (absl::Status status = CheckTlsText(text); !status.ok()) return status;
  return [impl = impl_.get(), text] { impl->tls->Replace(text); };
}

void GrpcServer::Shutdown(std::chrono::milliseconds timeout) {
  impl_->open.EndAll();
  impl_->probe->Stop();
  impl_->server->Shutdown(std::chrono::system_clock::now() + timeout);
  impl_->server->Wait();
}

}  // namespace presences::gateway
