#include "client/connect.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/credential_stub.h"
#include "client/retrying_connection.h"

namespace presences::client {
namespace {

constexpr int kKeepaliveMillis = 20'000;  // grpc-core's own default notices a dead server in hours
constexpr int kKeepaliveTimeoutMillis = 10'000;
constexpr int kFirstReconnectMillis = 100;
constexpr int kMaxReconnectMillis = 5'000;
constexpr int kMaxMessageBytes = 64 * 1024 * 1024;  // a list of many records

absl::StatusOr<std::string> ReadFile(absl::string_view option, const std::string& path) {
  if (path.empty()) return "";
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(option, ": cannot read ", path, "; check the path and its permissions"));
  }
  return text.str();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentialsFor(
    const ConnectOptions& options, bool tls) {
  if (!tls) return grpc::InsecureChannelCredentials();
  if (options.cert_file.empty() != options.key_file.empty()) {
    return absl::InvalidArgumentError("cert_file, key_file: give both or none");
  }
  const auto ca = ReadFile("ca_file", options.ca_file);
  if (!ca.ok()) return ca.status();
  const auto key = ReadFile("key_file", options.key_file);
  if (!key.ok()) return key.status();
  const auto cert = ReadFile("cert_file", options.cert_file);
  if (!cert.ok()) return cert.status();
  return grpc::SslCredentials({*ca, *key, *cert});
}

grpc::ChannelArguments Arguments(bool own_connection) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMillis);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kFirstReconnectMillis);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMillis);
  // Retries happen in one place, and it is not grpc-core.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetLoadBalancingPolicyName("round_robin");
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  if (own_connection) arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return arguments;
}

CredentialSource SourceOf(const ConnectOptions& options) {
  if (options.credentials) return options.credentials;
  return [fixed = Credentials{options.project, options.api_key, options.token}] { return fixed; };
}

}  // namespace

absl::StatusOr<PresenceClient> Connect(const ConnectOptions& options) {
  absl::string_view target = options.endpoint;
  const bool tls = absl::ConsumePrefix(&target, "https://") || options.tls;
  absl::ConsumePrefix(&target, "http://");
  absl::ConsumeSuffix(&target, "/");
  if (target.empty()) {
    return absl::InvalidArgumentError("endpoint: is empty; give host:port, e.g. 127.0.0.1:50051");
  }
  if (!options.credentials) {
    const auto status = CheckCredentials({options.project, options.api_key, options.token});
    if (!status.ok()) return status;
  }
  const auto credentials = ChannelCredentialsFor(options, tls);
  if (!credentials.ok()) return credentials.status();
  const std::shared_ptr<grpc::Channel> channel = grpc::CreateCustomChannel(
      std::string(target), *credentials, Arguments(options.own_connection));
  auto stub = MakePresenceStub(v1::Presences::NewStub(channel), v1::Realtime::NewStub(channel),
                               MakeHealthStub(channel));
  return PresenceClient(
      MakeRetryingConnection(MakeCredentialStub(std::move(stub), SourceOf(options)),
                             Clock::System(), {.policy = options.retry}));
}

}  // namespace presences::client
