#include "client/credential_stub.h"

#include <utility>

namespace presences::client {
namespace {

using grpc::ClientContext;
using grpc::Status;

// Ends like a stream that the server refused.
template <typename Stream>
class Refused : public Stream {
 public:
  explicit Refused(Status status) : status_(std::move(status)) {}
  Status Finish() override { return status_; }

 private:
  const Status status_;
};

class RefusedReader final : public Refused<PresenceStub::Reader> {
 public:
  using Refused::Refused;
  bool NextMessageSize(std::uint32_t*) override { return false; }
  bool Read(v1::SubscribeResponse*) override { return false; }
  void WaitForInitialMetadata() override {}
};

class RefusedReaderWriter final : public Refused<PresenceStub::ReaderWriter> {
 public:
  using Refused::Refused;
  bool NextMessageSize(std::uint32_t*) override { return false; }
  bool Read(v1::ConnectResponse*) override { return false; }
  void WaitForInitialMetadata() override {}
  using PresenceStub::ReaderWriter::Write;
  bool Write(const v1::ConnectRequest&, grpc::WriteOptions) override { return false; }
  bool WritesDone() override { return false; }
};

class CredentialStub final : public PresenceStub {
 public:
  CredentialStub(std::unique_ptr<PresenceStub> stub, CredentialSource source)
      : stub_(std::move(stub)), source_(std::move(source)) {}

  Status Upsert(ClientContext& context, const v1::UpsertPresenceRequest& request,
                v1::Presence* response) override {
    return Call(&PresenceStub::Upsert, context, request, response);
  }
  Status Get(ClientContext& context, const v1::GetPresenceRequest& request,
             v1::Presence* response) override {
    return Call(&PresenceStub::Get, context, request, response);
  }
  Status List(ClientContext& context, const v1::ListPresencesRequest& request,
              v1::ListPresencesResponse* response) override {
    return Call(&PresenceStub::List, context, request, response);
  }
  Status Update(ClientContext& context, const v1::UpdatePresenceRequest& request,
                v1::Presence* response) override {
    return Call(&PresenceStub::Update, context, request, response);
  }
  Status Delete(ClientContext& context, const v1::DeletePresenceRequest& request,
                google::protobuf::Empty* response) override {
    return Call(&PresenceStub::Delete, context, request, response);
  }
  Status Count(ClientContext& context, const v1::CountPresencesRequest& request,
               v1::CountPresencesResponse* response) override {
    return Call(&PresenceStub::Count, context, request, response);
  }
  Status BatchUpsert(ClientContext& context, const v1::BatchUpsertPresencesRequest& request,
                     v1::BatchUpsertPresencesResponse* response) override {
    return Call(&PresenceStub::BatchUpsert, context, request, response);
  }
  Status BatchDelete(ClientContext& context, const v1::BatchDeletePresencesRequest& request,
                     v1::BatchDeletePresencesResponse* response) override {
    return Call(&PresenceStub::BatchDelete, context, request, response);
  }
  // Health is nobody's secret.
  Status CheckHealth(ClientContext& context, const HealthStub::Request& service,
                     HealthStub::Response* response) override {
    return stub_->CheckHealth(context, service, response);
  }

  std::unique_ptr<Reader> Subscribe(ClientContext& context,
                                    const v1::SubscribeRequest& request) override {
    if (Status status = Sign(context); !status.ok()) return std::make_unique<RefusedReader>(status);
    return stub_->Subscribe(context, request);
  }
  std::unique_ptr<ReaderWriter> Connect(ClientContext& context) override {
    Status status = Sign(context);
    if (!status.ok()) return std::make_unique<RefusedReaderWriter>(status);
    return stub_->Connect(context);
  }

 private:
  // gRPC aborts the program over a header it cannot send, so credentials are checked here.
  Status Sign(ClientContext& context) const {
    const Credentials credentials = source_();
    if (const absl::Status status = CheckCredentials(credentials); !status.ok()) {
      return {grpc::StatusCode::INVALID_ARGUMENT, std::string(status.message())};
    }
    if (!credentials.project.empty()) {
      context.AddMetadata("x-appwrite-project", credentials.project);
    }
    if (!credentials.api_key.empty()) context.AddMetadata("x-appwrite-key", credentials.api_key);
    if (!credentials.token.empty()) {
      context.AddMetadata("authorization", "Bearer " + credentials.token);
    }
    return Status::OK;
  }

  template <typename Request, typename Response>
  Status Call(Status (PresenceStub::*method)(ClientContext&, const Request&, Response*),
              ClientContext& context, const Request& request, Response* response) {
    if (Status status = Sign(context); !status.ok()) return status;
    return (stub_.get()->*method)(context, request, response);
  }

  const std::unique_ptr<PresenceStub> stub_;
  const CredentialSource source_;
};

}  // namespace

std::unique_ptr<PresenceStub> MakeCredentialStub(std::unique_ptr<PresenceStub> stub,
                                                 CredentialSource source) {
  return std::make_unique<CredentialStub>(std::move(stub), std::move(source));
}

}  // namespace presences::client
