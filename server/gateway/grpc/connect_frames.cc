#include "server/gateway/grpc/connect_frames.h"

#include <array>
#include <memory>
#include <utility>

#include "presences/v1/realtime.pb.h"

namespace presences::gateway {
namespace {

void AppendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

constexpr std::uint64_t Tag(int field) { return static_cast<std::uint64_t>(field) << 3 | 2; }

}  // namespace

grpc::ByteBuffer ToBuffer(hub::Frame frame) {
  std::array<grpc::Slice, 2> slices;
  std::size_t count = 0;
  if (!frame.head.empty()) slices[count++] = grpc::Slice(frame.head);
  if (frame.body != nullptr) {
    auto* holder = new std::shared_ptr<const std::string>(std::move(frame.body));
    slices[count++] = grpc::Slice(
        const_cast<char*>((*holder)->data()), (*holder)->size(),
        [](void* shared) { delete static_cast<std::shared_ptr<const std::string>*>(shared); },
        holder);
  }
  return {slices.data(), count};
}

grpc::ByteBuffer ConnectEvent(const std::string& subscription_id, hub::Frame frame) {
  using Event = v1::ConnectResponse::Event;
  const std::size_t response = frame.head.size() + (frame.body ? frame.body->size() : 0);
  std::string inner;
  AppendVarint(inner, Tag(Event::kSubscriptionIdsFieldNumber));
  AppendVarint(inner, subscription_id.size());
  inner += subscription_id;
  AppendVarint(inner, Tag(Event::kResponseFieldNumber));
  AppendVarint(inner, response);
  std::string start;
  AppendVarint(start, Tag(v1::ConnectResponse::kEventFieldNumber));
  AppendVarint(start, inner.size() + response);
  frame.head = start + inner + frame.head;
  return ToBuffer(std::move(frame));
}

std::string ResumeTokenOf(absl::string_view head) {
  // Field 1, and a token is shorter than 128 bytes.
  if (head.size() < 2 || head[0] != Tag(v1::SubscribeResponse::kResumeTokenFieldNumber)) return "";
  return std::string(head.substr(2, static_cast<unsigned char>(head[1])));
}

}  // namespace presences::gateway
