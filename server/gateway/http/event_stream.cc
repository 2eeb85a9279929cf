#include "server/gateway/http/event_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/wire/error_json.h"
#include "server/wire/stream_json.h"

namespace presences::gateway::http {
namespace {

using transcode::StreamFormat;

// What follows a message, and the end of a chunk.
absl::string_view EndOf(StreamFormat format, bool chunked) {
  const absl::string_view end = format == StreamFormat::kServerSentEvents ? "\n\n\r\n" : "\n\r\n";
  return chunked ? end : end.substr(0, end.size() - 2);
}

// What precedes the JSON text that begins with `head`.
std::string LinesOf(absl::string_view head) {
  const wire::JsonHead read = wire::ReadJsonHead(head);
  std::string lines;
  if (!read.resume_token.empty()) absl::StrAppend(&lines, "id: ", read.resume_token, "\n");
  absl::StrAppend(&lines, "event: ", read.kind, "\ndata: ");
  return lines;
}

std::string ChunkStart(std::size_t size) { return absl::StrCat(absl::Hex(size), "\r\n"); }

}  // namespace

EventStream::EventStream(std::shared_ptr<EventPort> port, StreamFormat format, bool chunked)
    : port_(std::move(port)), format_(format), chunked_(chunked) {}

void EventStream::Start(hub::SessionPtr session, service::ConnectionSlot slot) {
  slot_ = std::move(slot);
  session_ = session;
  session->Begin();
}

void EventStream::OnSent() {
  if (session_ != nullptr) session_->Ready();
}

void EventStream::OnClosed() {
  closed_ = true;
  slot_.Release();
  if (const hub::SessionPtr session = std::move(session_)) session->Close();
}

bool EventStream::Write(hub::Frame frame) {
  if (port_->InThread()) return Send(std::move(frame));
  port_->Post([self = shared_from_this(), frame = std::move(frame)]() mutable {
    if (self->Send(std::move(frame))) self->OnSent();
  });
  return false;
}

bool EventStream::Send(hub::Frame frame) {
  // A stream that has ended swallows the frame; its session is being closed.
  if (closed_) return false;
  std::string first = format_ == StreamFormat::kServerSentEvents ? LinesOf(frame.head) : "";
  first += frame.head;
  const absl::string_view last = EndOf(format_, chunked_);
  if (chunked_) {
    const std::size_t shared = frame.body == nullptr ? 0 : frame.body->size();
    first.insert(0, ChunkStart(first.size() + shared + last.size() - 2));
  }
  return port_->SendEvent(std::move(first), std::move(frame.body), last);
}

void EventStream::End(const absl::Status& status) {
  port_->Post([self = shared_from_this(), status] { self->Finish(status); });
}

void EventStream::Finish(const absl::Status& status) {
  if (std::exchange(closed_, true)) return;
  session_ = nullptr;
  slot_.Release();
  std::string text;
  // Who is sent away was told so in the stream's own words.
  if (!status.ok() && RowOf(status).reason != Reason::kGeneralShuttingDown) {
    if (format_ == StreamFormat::kServerSentEvents) text = "event: error\ndata: ";
    text += "{\"error\":";
    wire::AppendErrorJson(status, &text);
    text += "}";
    const absl::string_view last = EndOf(format_, chunked_);
    if (chunked_) text.insert(0, ChunkStart(text.size() + last.size() - 2));
    absl::StrAppend(&text, last);
  }
  if (chunked_) text += "0\r\n\r\n";
  port_->SendEvent(std::move(text), nullptr, "");
  port_->EndEvents();
}

void EventStream::Abort(const absl::Status&) {
  // It takes no data: no error would reach it.
  port_->Post([self = shared_from_this()] { self->port_->CutOff(); });
}

}  // namespace presences::gateway::http
