#include "server/gateway/grpc/call.h"

#include <string>

#include "absl/strings/match.h"
#include "server/wire/presence_proto.h"

namespace presences::gateway {
namespace {

std::optional<std::string> Find(const grpc::ServerContextBase& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end() || found->second.empty()) return std::nullopt;
  return std::string(found->second.data(), found->second.size());
}

constexpr absl::string_view kBearer = "bearer ";

}  // namespace

auth::Credentials CredentialsOf(const grpc::ServerContextBase& context) {
  auth::Credentials credentials;
  credentials.project = Find(context, "x-appwrite-project");
  credentials.api_key = Find(context, "x-appwrite-key");
  credentials.token = Find(context, "x-appwrite-jwt");
  if (credentials.token) return credentials;
  if (const auto header = Find(context, "authorization")) {
    // Another scheme is passed on whole, so that it is refused as the bad token it is.
    credentials.token =
        absl::StartsWithIgnoreCase(*header, kBearer) ? header->substr(kBearer.size()) : *header;
  }
  return credentials;
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      wire::SerializedStatus(status));
}

}  // namespace presences::gateway
