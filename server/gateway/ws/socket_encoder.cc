#include "server/gateway/ws/socket_encoder.h"

#include "server/gateway/ws/frame.h"
#include "server/wire/socket_json.h"

namespace presences::gateway {
namespace {

class Encoder final : public SocketEncoder {
 public:
  std::string Event(const Change& change, ChangeView view) const override {
    return wire::SocketEventStart(change, view);
  }

  void Append(std::string& out, absl::string_view event,
              absl::Span<const absl::string_view> subscription_ids) const override {
    std::string end;
    wire::AppendSocketEventEnd(end, subscription_ids);
    AppendFrameHeader(out, Opcode::kText, event.size() + end.size());
    out.append(event.data(), event.size());
    out += end;
  }
};

}  // namespace

const SocketEncoder& RealtimeEncoder() {
  static const Encoder* const encoder = new Encoder;
  return *encoder;
}

}  // namespace presences::gateway
