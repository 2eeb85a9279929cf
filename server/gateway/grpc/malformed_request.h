// MalformedRequest: what is wrong with bytes that are no message of a type.
//
// protobuf only says that parsing failed; the usual reason is a text that is no UTF-8, and the
// sender can mend that if it is told which one.
//
// Threads: any (a pure function).
#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"

namespace presences::gateway {

// GENERAL_ARGUMENT_INVALID, naming the first text that is no UTF-8, or else the message.
absl::Status MalformedRequest(const google::protobuf::Descriptor& type,
                              const grpc::ByteBuffer& bytes);

}  // namespace presences::gateway
