// UnaryCall: one call from its bytes to its answer.
//
// Parses the request itself, because gRPC answers UNIMPLEMENTED to bytes that do not parse.
// Request and response live in one protobuf arena, which saves the dozen small allocations of a
// parsed message (18 % of an upsert's CPU when measured).
//
// Threads: one at a time.
#pragma once

#include <google/protobuf/arena.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "server/api/presences_api.h"
#include "server/base/clock.h"
#include "server/gateway/grpc/call.h"
#include "server/gateway/grpc/malformed_request.h"
#include "server/gateway/grpc/rpc_metrics.h"

namespace presences::gateway {

template <typename Request, typename Response>
class UnaryCall {
 public:
  // On the heap: Finish destroys it. `answer` belongs to gRPC and outlives the call.
  UnaryCall(grpc::CallbackServerContext* context, grpc::ByteBuffer* answer,
            const RpcMetrics& metrics, service::RequestLog& log)
      : arena_(Options(first_block_, sizeof first_block_)),
        request_(google::protobuf::Arena::CreateMessage<Request>(&arena_)),
        response_(google::protobuf::Arena::CreateMessage<Response>(&arena_)),
        context_(context),
        reactor_(context->DefaultReactor()),
        answer_(answer),
        metrics_(metrics),
        log_(log),
        started_(Clock::System().Monotonic()) {
    BeginRequest(*context, log, request_context_);
  }

  // GENERAL_REQUEST_TOO_LARGE above `limit` bytes; GENERAL_ARGUMENT_INVALID: no such message.
  absl::Status Read(const grpc::ByteBuffer& bytes, std::size_t limit) {
    absl::Status size = api::CheckSize(bytes.Length(), limit);
    if (!size.ok()) return size;
    // The reader asks for a buffer that may change, and does not change it.
    grpc::ProtoBufferReader reader(const_cast<grpc::ByteBuffer*>(&bytes));
    if (reader.status().ok() && request_->ParseFromZeroCopyStream(&reader)) {
      return absl::OkStatus();
    }
    return MalformedRequest(*Request::descriptor(), bytes);
  }

  // Who calls, for the log.
  void set_principal(auth::PrincipalPtr principal) { principal_ = std::move(principal); }

  const Request& request() const { return *request_; }
  Response* response() { return response_; }
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  // Sends the response or the refusal, and destroys the call.
  grpc::ServerUnaryReactor* Finish(const absl::Status& status) {
    grpc::ServerUnaryReactor* const reactor = reactor_;
    grpc::Status sent = ToGrpc(status);
    if (sent.ok()) {
      bool own_buffer = false;
      sent = grpc::SerializationTraits<Response>::Serialize(*response_, answer_, &own_buffer);
    }
    const MonotonicTime::duration took = Clock::System().Monotonic() - started_;
    metrics_.Count(status, took);
    const bool quiet = log_.IsQuiet(request_context_, status, took);
    // A name of ours for a call that nothing is said about would cost 5 % of it, and help nobody.
    if (!quiet || request_context_.is_callers()) {
      EchoRequest(request_context_, Echo::kTrailing, *context_);
    }
    if (!quiet) Report(status, took);
    delete this;
    // The reactor may be gone as soon as Finish has been called.
    reactor->Finish(sent);
    return reactor;
  }

 private:
  ~UnaryCall() = default;

  void Report(const absl::Status& status, MonotonicTime::duration took) {
    const std::string client = ClientOf(*context_);
    log_.Write({.surface = service::Surface::kGrpc,
                .call = metrics_.method(),
                .context = request_context_,
                .status = status,
                .took = took,
                .principal = principal_.get(),
                .project = ProjectOf(*context_),
                .client = client});
  }

  static google::protobuf::ArenaOptions Options(char* block, std::size_t size) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = size;
    return options;
  }

  alignas(8) char first_block_[2048];
  google::protobuf::Arena arena_;
  Request* const request_;
  Response* const response_;
  grpc::CallbackServerContext* const context_;
  grpc::ServerUnaryReactor* const reactor_;
  grpc::ByteBuffer* const answer_;
  const RpcMetrics& metrics_;
  service::RequestLog& log_;
  const MonotonicTime started_;
  RequestContext request_context_;
  auth::PrincipalPtr principal_;  // null until it is known
};

}  // namespace presences::gateway
