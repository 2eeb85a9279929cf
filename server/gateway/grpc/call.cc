#include "server/gateway/grpc/call.h"

#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "server/wire/presence_proto.h"

namespace presences::gateway {
namespace {

std::optional<std::string> Find(const grpc::ServerContextBase& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end() || found->second.empty()) return std::nullopt;
  return std::string(found->second.data(), found->second.size());
}

constexpr absl::string_view kBearer = "bearer ";
constexpr char kRequestId[] = "x-request-id";
constexpr char kTraceParent[] = "traceparent";
constexpr char kTraceState[] = "tracestate";

// The only value of `key`; empty: none, or several.
absl::string_view FindOnly(const grpc::ServerContextBase& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  if (found == metadata.end()) return {};
  const auto next = std::next(found);
  if (next != metadata.end() && next->first == found->first) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace

void BeginRequest(const grpc::ServerContextBase& context, const service::RequestLog& log,
                  RequestContext& request) {
  const absl::string_view parent = FindOnly(context, kTraceParent);
  log.Begin(FindOnly(context, kRequestId), parent,
            parent.empty() ? absl::string_view() : FindOnly(context, kTraceState), request);
}

void EchoRequest(const RequestContext& request, Echo where, grpc::ServerContextBase& context) {
  const auto add = [&](const char* key, const std::string& value) {
    if (where == Echo::kInitialAndTrailing) context.AddInitialMetadata(key, value);
    context.AddTrailingMetadata(key, value);
  };
  add(kRequestId, std::string(request.id.text()));
  if (!request.trace) return;
  add(kTraceParent, FormatTraceParent(request.trace->self));
  if (!request.trace->state.empty()) add(kTraceState, request.trace->state);
}

std::string ClientOf(const grpc::ServerContextBase& context) {
  // ipv4:127.0.0.1:1234, ipv6:%5B::1%5D:1234
  const std::string peer = context.peer();
  absl::string_view address = peer;
  address = address.substr(address.find(':') + 1);
  address = address.substr(0, address.rfind(':'));
  return absl::StrReplaceAll(address, {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}});
}

absl::string_view ProjectOf(const grpc::ServerContextBase& context) {
  return FindOnly(context, "x-appwrite-project");
}

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
