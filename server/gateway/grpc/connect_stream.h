// ConnectStream: one Connect call: the socket's twin for services (design 3.4, 5.4).
//
// Requests take effect strictly in order, each answered before the next is read. Subscriptions are
// sessions of the hub; each has at most one frame waiting here, so a slow client costs little.
// Raw messages: the hub's frames are wrapped into responses without being parsed.
//
// Threads: any. Lock order: its own mutex alone; nothing else is called with it held but gRPC's
// Start functions, which only queue. Lifetime: itself until OnDone; sessions and writes under way
// hold it too.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/refusals.h"
#include "server/gateway/grpc/connect_metrics.h"
#include "server/gateway/grpc/open_streams.h"
#include "server/gateway/grpc/stream_alarm.h"
#include "server/gateway/grpc/stream_report.h"
#include "server/hub/session.h"
#include "server/service/hold_keeper.h"
#include "server/service/realtime_service.h"
#include "server/service/token_bucket.h"

namespace presences::v1 {
class ConnectRequest;
class ConnectRequest_Subscribe;
class ConnectResponse;
}  // namespace presences::v1
namespace presences::gateway {

class ConnectStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                            public std::enable_shared_from_this<ConnectStream> {
 public:
  struct Services {
    service::RealtimeService& realtime;
    service::HoldKeeper& holds;
    const auth::Authenticator& authenticator;
    const Clock& clock;
    const Refusals& refusals;
    const ConnectKinds& kinds;
    OpenStreams& open;
    std::chrono::milliseconds max_connection_age{0};  // 0: for ever
  };

  ConnectStream(grpc::CallbackServerContext* context, const Services& services,
                std::unique_ptr<StreamReport> report);
  ~ConnectStream() override;

  // Sends `ready` and begins to read. Keeps itself alive until gRPC is done.
  void Start(auth::PrincipalPtr principal, service::ConnectionSlot slot);
  void Refuse(const absl::Status& status);
  // Asks for another credential if the one it has was revoked; any thread.
  void CheckCredential();

 private:
  class Subscription;
  friend class Subscription;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void Handle(const v1::ConnectRequest& request);
  void Authenticate(const std::string& request_id, const std::string& token);
  absl::Status Subscribe(const v1::ConnectRequest& request);
  absl::Status Open(const std::shared_ptr<Subscription>& subscription);
  bool Unsubscribe(const std::string& id);
  void UpsertPresence(const v1::ConnectRequest& request);
  // The answer to the message that was read last.
  void Answer(const v1::ConnectResponse& reply);
  void AnswerError(const std::string& request_id, const absl::Status& status);
  // What nobody asked for.
  void TellError(const absl::Status& status);
  void SendError(const std::string& request_id, const absl::Status& status);
  void Reply(const std::string& bytes);
  void ReadNext();
  void StartNextWrite() REQUIRES(mutex_);
  // Tells of the token's expiry when it comes, whether or not anything is subscribed.
  void AwaitExpiry();
  void TokenExpired(const absl::Status& status);
  absl::Status CheckToken(const v1::ConnectRequest& request);
  void Leave(service::Parting parting);
  // Sends the peer on: subscriptions are told going_away, and the first of them ends the stream.
  void GoAway();
  void FinishOnce(const absl::Status& status);

  grpc::CallbackServerContext* const context_;
  const Services services_;
  const std::unique_ptr<StreamReport> report_;
  std::shared_ptr<ConnectStream> self_;  // until OnDone
  service::HoldKeeper::HolderId holder_ = 0;
  service::TokenBucket messages_;
  std::shared_ptr<service::Quota> quota_;  // constant from Start on
  service::ConnectionSlot slot_;           // until it leaves
  grpc::ByteBuffer incoming_;
  StreamAlarm age_;
  StreamAlarm alarm_;  // the token's expiry, then the end of the time to show another

  Mutex mutex_;
  auth::PrincipalPtr principal_ GUARDED_BY(mutex_);
  std::map<std::string, std::shared_ptr<Subscription>> subscriptions_ GUARDED_BY(mutex_);
  std::deque<grpc::ByteBuffer> replies_ GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<Subscription>> frames_ GUARDED_BY(mutex_);  // each has one waiting
  std::shared_ptr<Subscription> writing_frame_of_ GUARDED_BY(mutex_);
  grpc::ByteBuffer outgoing_;  // of the write under way
  bool writing_ GUARDED_BY(mutex_) = false;
  bool finished_ GUARDED_BY(mutex_) = false;
  bool left_ GUARDED_BY(mutex_) = false;
  bool expired_ GUARDED_BY(mutex_) = false;  // the token; until another is shown
  std::optional<absl::Status> end_when_idle_ GUARDED_BY(mutex_);
};

}  // namespace presences::gateway
