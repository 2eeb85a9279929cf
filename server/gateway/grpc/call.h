// Call: what every gRPC method does first and last: who is calling, how a refusal is sent, and what
// the log hears.
//
// Threads: any (pure functions over the call's context).
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include "absl/status/statusor.h"
#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/request_context.h"
#include "server/service/request_log.h"

namespace presences::gateway {

// The credentials in the call's metadata (design 3.3): x-appwrite-project, x-appwrite-key,
// authorization: Bearer or x-appwrite-jwt.
auth::Credentials CredentialsOf(const grpc::ServerContextBase& context);

// What the metadata say of the request's id and trace: x-request-id, traceparent, tracestate.
void BeginRequest(const grpc::ServerContextBase& context, const service::RequestLog& log,
                  RequestContext& request);
// The metadata with which an answer says it back; a pair of them for each.
enum class Echo { kTrailing, kInitialAndTrailing };
void EchoRequest(const RequestContext& request, Echo where, grpc::ServerContextBase& context);
// The client's IP address.
std::string ClientOf(const grpc::ServerContextBase& context);
// The project that the metadata name; empty: none.
absl::string_view ProjectOf(const grpc::ServerContextBase& context);

// The refusal as gRPC sends it, with its details.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace presences::gateway
