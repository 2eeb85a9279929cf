// ConnectStream's part about what its peer asks for.
#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "presences/v1/realtime.pb.h"
#include "server/api/presences_api.h"
#include "server/api/raw_subscribe.h"
#include "server/base/reason.h"
#include "server/gateway/grpc/connect_stream.h"
#include "server/gateway/grpc/connect_subscription.h"
#include "server/service/access.h"
#include "server/service/unique_id.h"
#include "server/wire/presence_proto.h"
#include "server/wire/request_proto.h"

namespace presences::gateway {
namespace {

// After a read that failed: time for gRPC to say whether the call was cancelled.
constexpr std::chrono::milliseconds kCancelSettles{100};

const CallMetrics& KindOf(const ConnectKinds& kinds, const v1::ConnectRequest& request) {
  switch (request.kind_case()) {
    case v1::ConnectRequest::kPing:
      return kinds.ping;
    case v1::ConnectRequest::kAuthenticate:
      return kinds.authenticate;
    case v1::ConnectRequest::kSubscribe:
      return kinds.subscribe;
    case v1::ConnectRequest::kUnsubscribe:
      return kinds.unsubscribe;
    case v1::ConnectRequest::kRelease:
      return kinds.release;
    case v1::ConnectRequest::kUpsertPresence:
      return kinds.upsert_presence;
    case v1::ConnectRequest::KIND_NOT_SET:
      break;
  }
  return kinds.unread;
}

}  // namespace

void ConnectStream::OnReadDone(bool ok) {
  if (!ok) {
    // Half-closed on purpose, or cut off: the read fails a little before OnCancel says so, and a
    // call that we finish first never counts as cancelled.
    return alarm_.Set(std::chrono::system_clock::now() + kCancelSettles,
                      [self = shared_from_this()] {
                        self->Leave(service::Parting::kClean);
                        self->FinishOnce(absl::OkStatus());
                      });
  }
  report_->BeginMessage(services_.kinds.unread);
  const std::size_t size = incoming_.Length();
  v1::ConnectRequest request;
  const bool parsed =
      grpc::SerializationTraits<v1::ConnectRequest>::Deserialize(&incoming_, &request).ok();
  if (!parsed || request.kind_case() == v1::ConnectRequest::KIND_NOT_SET) {
    AnswerError(request.request_id(),
                InvalidField("kind", "must hold one request of presences.v1.ConnectRequest"));
    return ReadNext();
  }
  report_->MessageIs(KindOf(services_.kinds, request));
  if (absl::Status status = api::CheckSize(size, api::kMaxRequestBytes); !status.ok()) {
    AnswerError(request.request_id(), status);
    return ReadNext();
  }
  if (!messages_.Take(1, quota_->limits().MessageRate())) {
    absl::Status status = MakeError(Reason::kGeneralRateLimitExceeded,
                                    "too many messages (messages_per_second); send fewer",
                                    {{"limit", "messages_per_second"}});
    SetRetryDelay(status, 1000);
    AnswerError(request.request_id(), status);
    return ReadNext();
  }
  if (absl::Status status = CheckToken(request); !status.ok()) {
    TokenExpired(status);
    AnswerError(request.request_id(), status);
    return ReadNext();
  }
  Handle(request);
}

void ConnectStream::Handle(const v1::ConnectRequest& request) {
  v1::ConnectResponse reply;
  reply.set_request_id(request.request_id());
  absl::Status status;
  switch (request.kind_case()) {
    case v1::ConnectRequest::kPing:
      reply.mutable_pong();
      break;
    case v1::ConnectRequest::kAuthenticate:
      Authenticate(request.request_id(), request.authenticate().token());
      return ReadNext();
    case v1::ConnectRequest::kSubscribe:
      status = Subscribe(request);
      if (!status.ok()) AnswerError(request.request_id(), status);
      return ReadNext();
    case v1::ConnectRequest::kUnsubscribe: {
      const std::string& id = request.unsubscribe().subscription_id();
      reply.mutable_unsubscribed()->set_subscription_id(id);
      reply.mutable_unsubscribed()->set_removed(Unsubscribe(id));
      break;
    }
    case v1::ConnectRequest::kRelease: {
      const std::string& id = request.release().presence_id();
      if (services_.holds.Release(holder_, id)) {
        reply.mutable_released()->set_presence_id(id);
      } else {
        AnswerError(request.request_id(),
                    MakeError(Reason::kPresenceNotFound,
                              absl::StrCat("presenceId: this connection does not hold '", id,
                                           "'; release what it upserted"),
                              {{"presenceId", id}}));
        return ReadNext();
      }
      break;
    }
    case v1::ConnectRequest::kUpsertPresence:
      return UpsertPresence(request);
    case v1::ConnectRequest::KIND_NOT_SET:
      break;
  }
  Answer(reply);
  ReadNext();
}

absl::Status ConnectStream::Subscribe(const v1::ConnectRequest& request) {
  const auto& asked = request.subscribe();
  const std::string id =
      asked.subscription_id().empty() ? service::UniqueId() : asked.subscription_id();
  if (absl::Status status = CheckUid("subscriptionId", id); !status.ok()) return status;
  auto subscription = std::make_shared<Subscription>(shared_from_this(), id, api::FromProto(asked));
  auth::PrincipalPtr principal;
  {
    MutexLock lock(mutex_);
    principal = principal_;
    const std::size_t limit = quota_->limits().max_subscriptions_per_connection;
    if (limit != 0 && subscriptions_.size() >= limit && subscriptions_.count(id) == 0) {
      return MakeError(Reason::kGeneralResourceLimitExceeded,
                       absl::StrCat("at most ", limit,
                                    " subscriptions a connection "
                                    "(max_subscriptions_per_connection); unsubscribe first"),
                       {{"limit", "max_subscriptions_per_connection"}});
    }
  }
  // Checked before the one with the same id is given up.
  auto session = services_.realtime.Subscribe(*principal, subscription->request_,
                                              wire::ProtobufStreamEncoder(), "grpc", subscription);
  if (!session.ok()) return session.status();
  Unsubscribe(id);
  {
    MutexLock lock(mutex_);
    subscription->session_ = *session;
    subscriptions_[id] = subscription;
  }
  v1::ConnectResponse reply;
  reply.set_request_id(request.request_id());
  reply.mutable_subscribed()->set_subscription_id(id);
  Answer(reply);
  (*session)->Begin();
  return absl::OkStatus();
}

absl::Status ConnectStream::Open(const std::shared_ptr<Subscription>& subscription) {
  service::RawSubscribe request;
  auth::PrincipalPtr principal;
  hub::SessionPtr former;
  {
    MutexLock lock(mutex_);
    request = subscription->request_;
    if (!subscription->resume_token_.empty()) request.resume_token = subscription->resume_token_;
    former = std::exchange(subscription->session_, nullptr);
    principal = principal_;
  }
  if (former != nullptr) former->Close();
  // A frame of the former session may still wait; the new one writes through a sink of its own.
  auto next =
      std::make_shared<Subscription>(shared_from_this(), subscription->id_, subscription->request_);
  auto session = services_.realtime.Subscribe(*principal, std::move(request),
                                              wire::ProtobufStreamEncoder(), "grpc", next);
  if (!session.ok()) return session.status();
  {
    MutexLock lock(mutex_);
    subscription->closed_ = true;
    next->session_ = *session;
    next->resume_token_ = subscription->resume_token_;
    subscriptions_[next->id_] = next;
  }
  (*session)->Begin();
  return absl::OkStatus();
}

bool ConnectStream::Unsubscribe(const std::string& id) {
  hub::SessionPtr session;
  {
    MutexLock lock(mutex_);
    const auto found = subscriptions_.find(id);
    if (found == subscriptions_.end()) return false;
    found->second->closed_ = true;
    session = std::exchange(found->second->session_, nullptr);
    subscriptions_.erase(found);
  }
  if (session != nullptr) session->Close();
  return true;
}

void ConnectStream::UpsertPresence(const v1::ConnectRequest& request) {
  auth::PrincipalPtr principal;
  {
    MutexLock lock(mutex_);
    principal = principal_;
  }
  const std::string request_id = request.request_id();
  absl::Status status = service::RequireWrite(*principal);
  absl::StatusOr<RawWrite> raw = wire::FromProto(request.upsert_presence());
  if (status.ok()) status = raw.status();
  if (status.ok() && service::WantsUniqueId(raw->presence_id)) {
    raw->presence_id = service::UniqueId();
  }
  if (status.ok() && raw->expires_at) {
    status = InvalidField("expiresAt",
                          "a held presence lives as long as its connection; leave it "
                          "out");
  }
  absl::StatusOr<UpsertInput> input = status.ok()
                                          ? ParseUpsert(*std::move(raw), services_.clock.Now())
                                          : absl::StatusOr<UpsertInput>(status);
  if (!input.ok()) {
    AnswerError(request_id, input.status());
    return ReadNext();
  }
  Caller caller = principal->caller;
  caller.source = Source::kGrpc;
  services_.holds.Hold(holder_, caller, *std::move(input),
                       [self = shared_from_this(), request_id](absl::StatusOr<PresencePtr> result) {
                         if (result.ok()) {
                           v1::ConnectResponse reply;
                           reply.set_request_id(request_id);
                           wire::ToProto(**result, reply.mutable_presence());
                           self->Answer(reply);
                         } else {
                           self->AnswerError(request_id, result.status());
                         }
                         self->ReadNext();
                       });
}

void ConnectStream::Answer(const v1::ConnectResponse& reply) {
  report_->Answered(absl::OkStatus());
  Reply(reply.SerializeAsString());
}

void ConnectStream::AnswerError(const std::string& request_id, const absl::Status& status) {
  report_->Answered(status);
  SendError(request_id, status);
}

void ConnectStream::TellError(const absl::Status& status) {
  report_->Refused(status);
  SendError("", status);
}

void ConnectStream::SendError(const std::string& request_id, const absl::Status& status) {
  services_.refusals.Count(status);
  v1::ConnectResponse reply;
  reply.set_request_id(request_id);
  wire::ToProto(status, reply.mutable_error());
  Reply(reply.SerializeAsString());
}

}  // namespace presences::gateway
