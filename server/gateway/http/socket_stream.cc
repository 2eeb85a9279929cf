#include "server/gateway/http/socket_stream.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace presences::gateway::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

using Buffers = std::array<asio::const_buffer, 3>;

Buffers ToBuffers(const Stream::Pieces& pieces) {
  return {asio::const_buffer(pieces[0].data(), pieces[0].size()),
          asio::const_buffer(pieces[1].data(), pieces[1].size()),
          asio::const_buffer(pieces[2].data(), pieces[2].size())};
}

using PlainSocket = tcp::socket;
using TlsSocket = asio::ssl::stream<tcp::socket>;

// A socket that was given away.
template <typename Socket>
class SocketByteStream final : public ByteStream {
 public:
  explicit SocketByteStream(Socket socket) : socket_(std::move(socket)) {}

  asio::any_io_executor executor() override { return socket_.get_executor(); }
  void ReadSome(asio::mutable_buffer buffer, Handler handler) override {
    socket_.async_read_some(buffer, std::move(handler));
  }
  void WriteAll(const std::vector<asio::const_buffer>& buffers, Handler handler) override {
    asio::async_write(socket_, buffers, std::move(handler));
  }
  void Close() override {
    error_code ignored;
    socket_.lowest_layer().close(ignored);
  }

 private:
  Socket socket_;
};

// What plain and TLS have in common.
template <typename Socket>
class SocketStream : public Stream {
 public:
  template <typename... Args>
  explicit SocketStream(Args&&... args)
      : socket_(std::forward<Args>(args)...),
        io_(static_cast<asio::io_context&>(socket_.get_executor().context())) {}

  void Read(std::shared_ptr<StreamOwner> owner) override {
    const absl::Span<char> room = owner->ReadRoom();
    socket_.async_read_some(asio::buffer(room.data(), room.size()),
                            [owner = std::move(owner)](error_code error, std::size_t bytes) {
                              error || bytes == 0 ? owner->OnEnd() : owner->OnRead(bytes);
                            });
  }
  void Close() override {
    error_code ignored;
    socket_.lowest_layer().close(ignored);
  }
  std::unique_ptr<ByteStream> Release() override {
    return std::make_unique<SocketByteStream<Socket>>(std::move(socket_));
  }
  void Post(absl::AnyInvocable<void()> work) override {
    asio::post(io_, [work = std::move(work)]() mutable { work(); });
  }
  bool InThread() const override { return io_.get_executor().running_in_this_thread(); }

 protected:
  void WriteAll(const Buffers& buffers, std::shared_ptr<StreamOwner> owner) {
    asio::async_write(socket_, buffers, [owner = std::move(owner)](error_code error, std::size_t) {
      error ? owner->OnBroken() : owner->OnWritten();
    });
  }

  Socket socket_;
  asio::io_context& io_;
};

class PlainStream final : public SocketStream<PlainSocket> {
 public:
  explicit PlainStream(PlainSocket socket) : SocketStream(std::move(socket)) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
  }

  void Open(std::shared_ptr<StreamOwner> owner) override {
    Post([owner = std::move(owner)] { owner->OnOpen(); });
  }
  // Most answers fit into the socket's buffer: sent at once, they cost no turn of the event loop.
  bool Write(const Pieces& pieces, std::shared_ptr<StreamOwner> owner) override {
    Buffers buffers = ToBuffers(pieces);
    error_code error;
    // One piece is a send(2), which is cheaper than the sendmsg(2) of several.
    const bool one = buffers[1].size() == 0 && buffers[2].size() == 0;
    std::size_t sent =
        one ? socket_.write_some(buffers[0], error) : socket_.write_some(buffers, error);
    if (error && error != asio::error::would_block) {
      Post([owner = std::move(owner)] { owner->OnBroken(); });
      return false;
    }
    std::size_t left = 0;
    for (asio::const_buffer& buffer : buffers) {
      const std::size_t gone = std::min(sent, buffer.size());
      buffer += gone;
      sent -= gone;
      left += buffer.size();
    }
    if (left == 0) return true;
    WriteAll(buffers, std::move(owner));
    return false;
  }
  void EndWrites(std::shared_ptr<StreamOwner>) override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
};

class TlsStream final : public SocketStream<TlsSocket> {
 public:
  TlsStream(PlainSocket socket, std::shared_ptr<asio::ssl::context> context)
      : SocketStream(std::move(socket), *context), context_(std::move(context)) {}

  void Open(std::shared_ptr<StreamOwner> owner) override {
    socket_.async_handshake(asio::ssl::stream_base::server,
                            [owner = std::move(owner)](error_code error) {
                              error ? owner->OnBroken() : owner->OnOpen();
                            });
  }
  bool Write(const Pieces& pieces, std::shared_ptr<StreamOwner> owner) override {
    WriteAll(ToBuffers(pieces), std::move(owner));
    return false;
  }
  void EndWrites(std::shared_ptr<StreamOwner> owner) override {
    // Waits for the peer's own notice; the owner's deadline ends that.
    socket_.async_shutdown([owner = std::move(owner)](error_code) { owner->OnEnd(); });
  }

 private:
  const std::shared_ptr<asio::ssl::context> context_;
};

}  // namespace

std::unique_ptr<Stream> MakePlainStream(PlainSocket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

std::unique_ptr<Stream> MakeTlsStream(PlainSocket socket,
                                      std::shared_ptr<asio::ssl::context> context) {
  return std::make_unique<TlsStream>(std::move(socket), std::move(context));
}

}  // namespace presences::gateway::http
