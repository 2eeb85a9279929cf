// ConnectStream's part about who is calling: showing a token, and what happens when it runs out.
#include <utility>
#include <vector>

#include "presences/v1/realtime.pb.h"
#include "server/base/reason.h"
#include "server/gateway/grpc/connect_stream.h"
#include "server/gateway/grpc/connect_subscription.h"

namespace presences::gateway {
namespace {

// After a token ran out: time to show another one (design 3.3).
constexpr std::chrono::seconds kReauthentication{30};

absl::Status ExpiredToken() {
  return MakeError(Reason::kUserJwtInvalid,
                   "token: has expired; authenticate again within 30 seconds");
}

absl::Status RevokedCredential(const Standing& standing) {
  return MakeError(standing.refusal(),
                   "credential: was revoked; authenticate again within 30 seconds");
}

}  // namespace

void ConnectStream::Authenticate(const std::string& request_id, const std::string& token) {
  auth::Credentials credentials;
  auth::PrincipalPtr former;
  {
    MutexLock lock(mutex_);
    former = principal_;
  }
  credentials.project = services_.realtime.project(former->project).rules->project_id;
  credentials.token = token;
  const auto principal = services_.authenticator.Authenticate(credentials, services_.clock.Now());
  if (!principal.ok() || token.empty()) {
    return AnswerError(request_id, principal.ok()
                                       ? InvalidField("token", "is required; send a user token")
                                       : principal.status());
  }
  if ((*principal)->caller.user_id != former->caller.user_id) {
    services_.holds.ReleaseAll(holder_, service::Parting::kClean);
  }
  std::vector<std::shared_ptr<Subscription>> open;
  {
    MutexLock lock(mutex_);
    principal_ = *principal;
    expired_ = false;
    for (const auto& [id, subscription] : subscriptions_) open.push_back(subscription);
  }
  AwaitExpiry();
  report_->SetCaller(*principal);
  v1::ConnectResponse reply;
  reply.set_request_id(request_id);
  reply.mutable_authenticated()->set_user_id((*principal)->caller.user_id);
  Answer(reply);
  // Each goes on where it stood; with other roles the hub answers with the state anew.
  for (const auto& subscription : open) {
    if (absl::Status status = Open(subscription); !status.ok()) TellError(status);
  }
}

void ConnectStream::AwaitExpiry() {
  std::optional<TimePoint> expiry;
  {
    MutexLock lock(mutex_);
    expiry = principal_->expires_at;
  }
  if (!expiry) return alarm_.Clear();
  alarm_.Set(*expiry, [self = shared_from_this(), expiry] {
    {
      MutexLock lock(self->mutex_);
      if (self->principal_->expires_at != expiry) return;
    }
    self->TokenExpired(ExpiredToken());
  });
}

void ConnectStream::TokenExpired(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    if (std::exchange(expired_, true)) return;
  }
  TellError(status);
  alarm_.Set(std::chrono::system_clock::now() + kReauthentication,
             [self = shared_from_this(), status] {
               {
                 MutexLock lock(self->mutex_);
                 if (!self->expired_) return;
               }
               self->FinishOnce(status);
             });
}

void ConnectStream::CheckCredential() {
  auth::PrincipalPtr principal;
  {
    MutexLock lock(mutex_);
    if (finished_ || left_) return;
    principal = principal_;
  }
  if (principal->validity().revoked()) TokenExpired(RevokedCredential(*principal->standing));
}

absl::Status ConnectStream::CheckToken(const v1::ConnectRequest& request) {
  if (request.has_authenticate() || request.has_ping()) return absl::OkStatus();
  MutexLock lock(mutex_);
  if (principal_->validity().revoked()) return RevokedCredential(*principal_->standing);
  if (!principal_->expires_at || services_.clock.Now() < *principal_->expires_at) {
    return absl::OkStatus();
  }
  return ExpiredToken();
}

}  // namespace presences::gateway
