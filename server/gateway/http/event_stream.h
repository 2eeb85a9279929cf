// EventStream: one Subscribe call over HTTP as a sink of the hub.
//
// Wraps the frames of the JSON encoder: Server-Sent Events or NDJSON, each frame one chunk of the
// response. The shared part of a frame is sent from where it is. The connection ends with the
// stream.
//
// Threads: Write, End and Abort any; the rest confined to the thread of its port.
#pragma once

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/runtime/event_stream.h"
#include "server/hub/session.h"
#include "server/hub/sink.h"
#include "server/service/quota.h"

namespace presences::gateway::http {

// What an event stream needs of its connection. Threads: confined, but for Post and InThread.
class EventPort {
 public:
  virtual ~EventPort() = default;

  virtual void Post(absl::AnyInvocable<void()> work) = 0;
  virtual bool InThread() const = 0;
  // Sends the three pieces; `shared` may be null. True: they are gone, another may follow. False:
  // EventStream::OnSent comes.
  virtual bool SendEvent(std::string first, std::shared_ptr<const std::string> shared,
                         absl::string_view last) = 0;
  // Nothing follows: ends the connection once all is sent.
  virtual void EndEvents() = 0;
  virtual void CutOff() = 0;
};

class EventStream final : public hub::Sink, public std::enable_shared_from_this<EventStream> {
 public:
  // `chunked`: each event is a chunk (HTTP/1.1).
  EventStream(std::shared_ptr<EventPort> port, transcode::StreamFormat format, bool chunked);

  // Starts the session; the head of the response is sent.
  void Start(hub::SessionPtr session, service::ConnectionSlot slot);
  // All that was sent has left.
  void OnSent();
  // The peer is gone.
  void OnClosed();

  bool Write(hub::Frame frame) override;
  void End(const absl::Status& status) override;
  void Abort(const absl::Status& status) override;

 private:
  bool Send(hub::Frame frame);
  void Finish(const absl::Status& status);

  const std::shared_ptr<EventPort> port_;
  const transcode::StreamFormat format_;
  const bool chunked_;
  hub::SessionPtr session_;
  service::ConnectionSlot slot_;  // until it ends
  bool closed_ = false;
};

}  // namespace presences::gateway::http
