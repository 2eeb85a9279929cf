// GrpcLog: what gRPC has to say goes where our lines go, in their form.
//
// Left alone, gRPC writes text of its own to stderr, which breaks whoever reads it as JSON.
//
// Threads: any.
#pragma once

namespace presences::gateway {

// From now on, for the whole process.
void RedirectGrpcLog();

}  // namespace presences::gateway
