// Dial: a plain TCP connection, to look at what gRPC does not tell about or does not serve.
//
// Threads: any.
#pragma once

#include <chrono>
#include <string>

#include "absl/status/statusor.h"

namespace presences::cli {

// A connected socket of the caller's. `address`: host:port, [v6]:port. NOT_FOUND: no such name;
// UNAVAILABLE: nobody listens; DEADLINE_EXCEEDED: no answer; INVALID_ARGUMENT: no host:port.
absl::StatusOr<int> Dial(const std::string& address, std::chrono::milliseconds timeout);

// Why a client finds no gRPC server at `endpoint`, in words; empty: no idea.
std::string Diagnose(const std::string& endpoint);

}  // namespace presences::cli
