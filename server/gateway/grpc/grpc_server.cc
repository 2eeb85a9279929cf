#include "server/gateway/grpc/grpc_server.h"

#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "presences/v1/presences.grpc.pb.h"
#include "presences/v1/realtime.grpc.pb.h"
#include "server/api/presences_api.h"
#include "server/gateway/grpc/grpc_log.h"
#include "server/gateway/grpc/presences_rpc.h"
#include "server/gateway/grpc/realtime_rpc.h"

namespace presences::gateway {
namespace {

constexpr int kKeepaliveMillis = 20'000;  // design 5.4: a dead peer is noticed in 40 s
constexpr int kKeepaliveTimeoutMillis = 20'000;
constexpr int kMinClientPingMillis = 10'000;  // clients may ping this often (peers.md 2)

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot read the TLS file ", path, "; check the path and its permissions"));
  }
  return text.str();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CredentialsFor(
    const GrpcServer::Options& options) {
  if (options.cert_file.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions ssl;
  const auto cert = ReadFile(options.cert_file);
  if (!cert.ok()) return cert.status();
  const auto key = ReadFile(options.key_file);
  if (!key.ok()) return key.status();
  ssl.pem_key_cert_pairs.push_back({*key, *cert});
  if (!options.client_ca_file.empty()) {
    const auto ca = ReadFile(options.client_ca_file);
    if (!ca.ok()) return ca.status();
    ssl.pem_root_certs = *ca;
    ssl.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  }
  return grpc::SslServerCredentials(ssl);
}

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
  std::unique_ptr<grpc::Server> server;
  std::string address;
};

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

GrpcServer::~GrpcServer() { Shutdown(std::chrono::milliseconds(0)); }

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(const Options& options,
                                                              const Services& services) {
  RedirectGrpcLog();
  const auto credentials = CredentialsFor(options);
  if (!credentials.ok()) return credentials.status();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  if (options.channelz) grpc::channelz::experimental::InitChannelzService();

  auto impl = std::make_unique<Impl>();
  impl->presences = MakePresencesRpc(services.presences, services.authenticator, services.clock,
                                     services.metrics, services.log);
  impl->realtime =
      MakeRealtimeRpc(services.realtime, services.holds, services.authenticator, services.clock,
                      services.metrics, services.log, {impl->open, options.max_connection_age});
  grpc::ServerBuilder builder;
  SetLimits(builder);
  SetAge(builder, options.max_connection_age);
  int port = 0;
  builder.AddListeningPort(options.address, *credentials, &port);
  builder.RegisterService(impl->presences.get());
  builder.RegisterService(impl->realtime.get());
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen for gRPC on ", options.address,
                     "; is the port in use, or the address not of this machine?"));
  }
  impl->address = absl::StrCat(options.address.substr(0, options.address.rfind(':')), ":", port);
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(impl)));
}

const std::string& GrpcServer::address() const { return impl_->address; }

void GrpcServer::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* health = impl_->server->GetHealthCheckService();
  health->SetServingStatus(serving);
  for (const char* service :
       {v1::Presences::service_full_name(), v1::Realtime::service_full_name()}) {
    health->SetServingStatus(service, serving);
  }
}

void GrpcServer::Shutdown(std::chrono::milliseconds timeout) {
  impl_->open.EndAll();
  impl_->server->Shutdown(std::chrono::system_clock::now() + timeout);
  impl_->server->Wait();
}

}  // namespace presences::gateway
