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

// GENERAL_REQUEST_TOO_LARGE above `limit` bytes.
absl::Status CheckSize(std::size_t size, std::size_t limit);

inline constexpr std::size_t kMaxRequestBytes = std::size_t{1} << 20;  // design 6.1
inline constexpr std::size_t kMaxBatchBytes = std::size_t{8} << 20;    // design 6.1

}  // namespace presences::gateway
