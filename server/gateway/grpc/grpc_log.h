// GrpcLog: what gRPC and protobuf have to say goes where our lines go, in their form.
//
// Left alone, they write text of their own to stderr, which breaks whoever reads it as JSON, and
// wait for it; a client that sends bad UTF-8 is enough for a line.
//
// Threads: any.
#pragma once

namespace presences::gateway {

// From now on, for the whole process.
void RedirectGrpcLog();

}  // namespace presences::gateway
