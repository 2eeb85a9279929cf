// Stream: the bytes of one connection, whether they are encrypted or not.
//
// Asio's templates are behind it, so that what a connection does is compiled once and tested
// without a socket.
//
// Threads: confined to the thread of the socket, but for Post and InThread.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/gateway/net/byte_stream.h"

namespace presences::gateway::http {

// Who hears of what a stream did. Called on the stream's thread, never inside a call of a Stream's
// method.
class StreamOwner {
 public:
  virtual ~StreamOwner() = default;

  // The handshake is done; with plain text at once.
  virtual void OnOpen() = 0;
  // Where the next bytes go. Valid until OnRead.
  virtual absl::Span<char> ReadRoom() = 0;
  virtual void OnRead(std::size_t bytes) = 0;
  // Instead of OnRead: the peer sends no more, or is gone.
  virtual void OnEnd() = 0;
  // What Write could not send at once is sent.
  virtual void OnWritten() = 0;
  // Instead of OnOpen or OnWritten: the peer is gone.
  virtual void OnBroken() = 0;
};

class Stream {
 public:
  // Up to three pieces, sent as one.
  using Pieces = std::array<absl::string_view, 3>;

  virtual ~Stream() = default;

  virtual void Open(std::shared_ptr<StreamOwner> owner) = 0;
  // REQUIRES: no other read is under way.
  virtual void Read(std::shared_ptr<StreamOwner> owner) = 0;
  // True: all is sent. False: OnWritten or OnBroken follows, and the pieces must live until then.
  // REQUIRES: no other write is under way.
  virtual bool Write(const Pieces& pieces, std::shared_ptr<StreamOwner> owner) = 0;
  // Tells the peer that nothing follows. With TLS, OnEnd comes when the peer has said so too.
  virtual void EndWrites(std::shared_ptr<StreamOwner> owner) = 0;
  virtual void Close() = 0;
  // Gives the socket away. REQUIRES: nothing is under way.
  virtual std::unique_ptr<ByteStream> Release() = 0;

  // Runs `work` on the stream's thread, later.
  virtual void Post(absl::AnyInvocable<void()> work) = 0;
  virtual bool InThread() const = 0;
};

}  // namespace presences::gateway::http
