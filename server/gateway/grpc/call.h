// Call: what every gRPC method does first and last: who is calling, and how a refusal is sent.
//
// Threads: any (pure functions over the call's context).
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include "absl/status/statusor.h"
#include "server/auth/authenticator.h"
#include "server/base/clock.h"

namespace presences::gateway {

// The credentials in the call's metadata (design 3.3): x-appwrite-project, x-appwrite-key,
// authorization: Bearer or x-appwrite-jwt.
auth::Credentials CredentialsOf(const grpc::ServerContextBase& context);

// The refusal as gRPC sends it, with its details.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace presences::gateway
