// Realtime messages: every text is parsed or refused with a reason that can be sent back.

#include <variant>

#include "server/base/reason.h"
#include "server/core/json.h"
#include "server/gateway/ws/client_message.h"
#include "server/gateway/ws/handshake.h"
#include "server/gateway/ws/url_subscriptions.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace presences;
  const absl::string_view text = fuzz::Text(data, size);
  auto message = gateway::ParseClientMessage(text);
  if (!message.ok()) {
    PRESENCES_CHECK(RowOf(message.status()).reason == Reason::kGeneralArgumentInvalid);
    const absl::string_view says = message.status().message();
    PRESENCES_CHECK(IsUtf8(says));
  } else if (auto* presence = std::get_if<gateway::PresenceMessageIn>(&*message)) {
    // Whatever passed here, the core judges: nothing of the text is taken on trust.
    if (presence->write.metadata) (void)CompactMetadata("metadata", *presence->write.metadata);
    (void)ParseUpsert(std::move(presence->write), TimePoint());
  }
  const auto url = gateway::ParseUrlSubscriptions(gateway::QueryParameters(text));
  PRESENCES_CHECK(url.message.items.size() <= 100);
  return 0;
}
