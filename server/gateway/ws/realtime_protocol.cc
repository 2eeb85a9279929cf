#include "server/gateway/ws/realtime_protocol.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/reason.h"
#include "server/core/query.h"
#include "server/gateway/ws/handshake.h"
#include "server/gateway/ws/socket_encoder.h"
#include "server/gateway/ws/url_subscriptions.h"
#include "server/gateway/ws/ws_connection.h"
#include "server/service/unique_id.h"
#include "server/wire/socket_json.h"

namespace presences::gateway {
namespace {

constexpr char kSurface[] = "websocket";
constexpr char kCall[] = "GET /v1/realtime";

const CallMetrics& KindOf(const MessageKinds& kinds, const PingMessage&) { return kinds.ping; }
const CallMetrics& KindOf(const MessageKinds& kinds, const AuthenticationMessage&) {
  return kinds.authentication;
}
const CallMetrics& KindOf(const MessageKinds& kinds, const SubscribeMessage&) {
  return kinds.subscribe;
}
const CallMetrics& KindOf(const MessageKinds& kinds, const UnsubscribeMessage&) {
  return kinds.unsubscribe;
}
const CallMetrics& KindOf(const MessageKinds& kinds, const PresenceMessageIn&) {
  return kinds.presence;
}

Caller ViewerOf(const auth::Principal& principal) {
  Caller caller = principal.caller;
  caller.source = Source::kRealtime;
  // Guests that the project keeps out may connect, as SDKs do before they sign in; they see
  // nothing.
  if (!principal.can_read)
    caller.roles = std::make_shared<const RoleSet>(std::vector<std::string>{});
  return caller;
}

absl::Status TooMany(absl::string_view limit, absl::string_view message) {
  return MakeError(Reason::kGeneralArgumentInvalid, message, {{"field", "data"}, {"limit", limit}});
}

}  // namespace

RealtimeProtocol::RealtimeProtocol(WsState& state, WsConnection& connection)
    : state_(state),
      connection_(connection),
      messages_(state.services.clock),
      kind_(&state.kinds.unread) {}

RealtimeProtocol::~RealtimeProtocol() = default;

bool RealtimeProtocol::Refuse(std::uint16_t code, absl::string_view message) {
  state_.refused.Increment();
  Error(code, message);
  connection_.CloseWith(code, message, service::Parting::kLost);
  return false;
}

void RealtimeProtocol::Error(int code, absl::string_view message) {
  const RequestId id = messages_seen_ == 0 ? request_.id : request_.id.Part(messages_seen_);
  connection_.SendText(wire::SocketErrorMessage(code, message, id.text()));
}

void RealtimeProtocol::Report(absl::string_view call, const RequestContext& request,
                              const absl::Status& status, MonotonicTime::duration took,
                              bool is_stream) {
  state_.services.log.Write({.surface = service::Surface::kWebsocket,
                             .call = call,
                             .context = request,
                             .status = status,
                             .took = took,
                             .is_stream = is_stream,
                             .principal = principal_.get(),
                             .project = project_named_,
                             .client = client_});
}

void RealtimeProtocol::ReportConnection(const absl::Status& status) {
  const MonotonicTime::duration took = state_.services.clock.Monotonic() - opened_;
  if (state_.services.log.IsQuiet(request_, status, took, /*is_stream=*/true)) return;
  Report(kCall, request_, status, took, /*is_stream=*/true);
}

void RealtimeProtocol::Done(const absl::Status& status) {
  const MonotonicTime::duration took = state_.services.clock.Monotonic() - message_started_;
  kind_->Count(CanonicalCode(status), took);
  if (!state_.services.log.IsQuiet(request_, status, took)) {
    Report(kind_->called(), request_.Message(messages_seen_), status, took, /*is_stream=*/false);
  }
  connection_.MessageDone();
}

bool RealtimeProtocol::Open(const Upgrade& upgrade) {
  auth::Credentials credentials = upgrade.credentials;
  credentials.api_key.reset();  // keys give no role on the socket (contract 6.1)
  if (!credentials.project) {
    const std::string named = QueryParameter(upgrade.target, "project");
    if (!named.empty()) credentials.project = named;
  }
  if (!credentials.token) {
    const std::string token = QueryParameter(upgrade.target, "jwt");
    if (!token.empty()) credentials.token = token;
  }
  request_ = upgrade.request;
  client_ = upgrade.client_address;
  project_named_ = credentials.project.value_or("");
  opened_ = state_.services.clock.Monotonic();
  const auto principal =
      state_.services.authenticator.Authenticate(credentials, state_.services.clock.Now());
  if (!principal.ok()) {
    ReportConnection(principal.status());
    const ReasonRow& row = RowOf(principal.status());
    const bool unknown = row.reason == Reason::kProjectNotFound;
    Error(unknown ? kClosePolicy : row.http_status, principal.status().message());
    connection_.CloseWith(kClosePolicy, row.type, service::Parting::kLost);
    return false;
  }
  project_ = (*principal)->project;
  if (!upgrade.origin_allowed) {
    principal_ = *principal;
    ReportConnection(MakeError(Reason::kGeneralUnknownOrigin, "the page's origin is not allowed"));
    return Refuse(kClosePolicy,
                  "the page's origin is not allowed; add its host to the project's origins");
  }
  auto slot = state_.Admit(project_, upgrade.client_address);
  if (!slot.ok()) {
    state_.refusals.Count(slot.status());
    return Refuse(kCloseTryAgainLater, slot.status().message());
  }
  slot_ = *std::move(slot);
  principal_ = *principal;
  holder_ = state_.services.holds.Join(project_);
  const auto self = connection_.shared_from_this();
  const std::weak_ptr<WsConnection> weak = self;
  const auto post = [weak](std::function<void(WsConnection&)> task) {
    if (const auto connection = weak.lock()) connection->Post(std::move(task));
  };
  session_ = state_.services.hub.OpenSocket(
      project_, self, ViewerOf(*principal_), principal_->validity(), RealtimeEncoder(),
      {[this, post] { post([this](WsConnection&) { Expired(); }); },
       [post] {
         post([](WsConnection& connection) {
           connection.CloseWith(kCloseTryAgainLater,
                                "fell too far behind; reconnect and list again",
                                service::Parting::kLost);
         });
       },
       [post] {
         post([](WsConnection& connection) {
           connection.CloseWith(kCloseServiceRestart, "the server restarts; reconnect",
                                service::Parting::kLost);
         });
       }},
      kSurface);
  state_.Enter(self);
  entered_ = true;
  std::vector<std::string> channels;
  std::vector<std::string> slots;
  if (!SubscribeFromUrl(upgrade.target, &channels, &slots)) return false;
  connection_.SendText(wire::ConnectedMessage(UserJson(), channels, slots));
  session_->Begin();
  return true;
}

std::string RealtimeProtocol::UserJson() const {
  if (principal_->kind != auth::Principal::Kind::kUser) return "";
  wire::SocketAccount account;
  account.user_id = principal_->caller.user_id;
  account.name = principal_->name;
  account.verified = principal_->verified;
  for (absl::string_view role : principal_->caller.roles->roles()) {
    if (absl::ConsumePrefix(&role, "label:")) account.labels.emplace_back(role);
  }
  return wire::AccountJson(account, state_.services.clock.Now());
}

void RealtimeProtocol::Handle(bool text, std::string message) {
  state_.messages.Increment();
  ++messages_seen_;
  kind_ = &state_.kinds.unread;
  message_started_ = state_.services.clock.Monotonic();
  if (!messages_.Take(1, state_.limits(project_).MessageRate())) {
    state_.refused.Increment();
    state_.refusals.Count("messages_per_second");
    Error(kCloseTryAgainLater,
          "too many messages (messages_per_second); this one was not taken, send fewer");
    return Done(MakeError(Reason::kGeneralRateLimitExceeded, "messages_per_second"));
  }
  absl::StatusOr<ClientMessage> parsed =
      text ? ParseClientMessage(message)
           : absl::StatusOr<ClientMessage>(
                 InvalidField("message", "must be a text frame with one JSON object"));
  if (!parsed.ok()) {
    state_.refused.Increment();
    Error(kCloseUnsupported, parsed.status().message());
    return Done(parsed.status());
  }
  if (principal_->validity().revoked()) Expired();
  if (expired_ && !std::holds_alternative<AuthenticationMessage>(*parsed) &&
      !std::holds_alternative<PingMessage>(*parsed)) {
    Error(401, "the token has expired or was revoked; authenticate again first");
    return Done(MakeError(Reason::kUserJwtInvalid, "the token has expired or was revoked"));
  }
  std::visit(
      [this](auto& one) {
        kind_ = &KindOf(state_.kinds, one);
        On(std::move(one));
      },
      *parsed);
}

void RealtimeProtocol::On(const PingMessage&) {
  connection_.SendText(wire::PongMessage());
  Done();
}

void RealtimeProtocol::On(const AuthenticationMessage& message) {
  const auto principal = state_.services.authenticator.AuthenticateSession(
      state_.project(project_).id, message.session, state_.services.clock.Now());
  if (!principal.ok()) {
    Error(kCloseUnsupported, principal.status().message());
    return Done(principal.status());
  }
  Become(*principal);
  connection_.SendText(wire::AuthenticatedMessage(UserJson()));
  Done();
}

void RealtimeProtocol::Become(const auth::PrincipalPtr& principal) {
  if (principal->caller.user_id != principal_->caller.user_id) {
    // What the user before held is not the new one's to hold.
    state_.services.holds.ReleaseAll(holder_, service::Parting::kClean);
  }
  principal_ = principal;
  expired_ = false;
  connection_.CancelProtocolTimer();
  session_->SetCaller(ViewerOf(*principal), principal->validity());
}

absl::StatusOr<std::vector<hub::SocketSubscription>> RealtimeProtocol::Checked(
    const SubscribeMessage& message) {
  const service::ProjectLimits& limits = state_.limits(project_);
  std::vector<hub::SocketSubscription> checked;
  for (std::size_t i = 0; i < message.items.size(); ++i) {
    const SubscribeMessage::Item& item = message.items[i];
    const std::size_t max_channels = limits.max_channels_per_subscription;
    if (max_channels != 0 && item.channels.size() > max_channels) {
      return TooMany("max_channels_per_subscription",
                     absl::StrCat("data[", i, "].channels: at most ", max_channels,
                                  " (max_channels_per_subscription), got ", item.channels.size()));
    }
    auto filters = ParseWatchQueries(item.queries, state_.project(project_).indexed_metadata,
                                     WatchDialect::kSocket);
    if (!filters.ok()) return filters.status();
    checked.push_back({item.id.empty() ? service::UniqueId() : item.id,
                       ChannelSet::ParseLenient(item.channels), *std::move(filters)});
  }
  const std::size_t max_subscriptions = limits.max_subscriptions_per_connection;
  if (max_subscriptions != 0 &&
      session_->subscription_count() + checked.size() > max_subscriptions) {
    return TooMany(
        "max_subscriptions_per_connection",
        absl::StrCat("data: at most ", max_subscriptions,
                     " subscriptions a connection (max_subscriptions_per_connection); unsubscribe "
                     "first"));
  }
  return checked;
}

void RealtimeProtocol::On(const SubscribeMessage& message) {
  auto checked = Checked(message);
  if (!checked.ok()) {
    state_.refusals.Count(checked.status());
    Error(kCloseUnsupported, checked.status().message());
    return Done(checked.status());
  }
  std::vector<wire::SocketSubscriptionEcho> echoes;
  for (std::size_t i = 0; i < checked->size(); ++i) {
    echoes.push_back({(*checked)[i].id, message.items[i].channels, message.items[i].queries});
  }
  // The answer first: no event of a subscription precedes it.
  connection_.SendText(wire::SubscribedMessage(echoes));
  session_->Subscribe(*std::move(checked));
  Done();
}

void RealtimeProtocol::On(const UnsubscribeMessage& message) {
  std::vector<wire::Unsubscribed> results;
  for (const std::string& id : message.ids) results.push_back({id, session_->Unsubscribe(id)});
  connection_.SendText(wire::UnsubscribedMessage(results));
  Done();
}

void RealtimeProtocol::On(PresenceMessageIn message) {
  if (!principal_->caller.is_user()) {
    Error(401, "guests may not hold presences; authenticate first");
    return Done(MakeError(Reason::kUserUnauthenticated, "guests may not hold presences"));
  }
  if (message.write.presence_id.empty()) message.write.presence_id = service::UniqueId();
  auto input = ParseUpsert(std::move(message.write), state_.services.clock.Now());
  if (!input.ok()) {
    Error(RowOf(input.status()).http_status, input.status().message());
    return Done(input.status());
  }
  Caller caller = principal_->caller;
  caller.source = Source::kRealtime;
  state_.services.holds.Hold(
      holder_, caller, *std::move(input),
      [this, self = connection_.shared_from_this()](absl::StatusOr<PresencePtr> result) {
        self->Post([this, result = std::move(result)](WsConnection& connection) {
          if (result.ok()) {
            connection.SendText(wire::PresenceMessage(**result));
          } else {
            state_.refusals.Count(result.status());
            Error(RowOf(result.status()).http_status, result.status().message());
          }
          Done(result.status());
        });
      });
}

bool RealtimeProtocol::SubscribeFromUrl(const std::string& target,
                                        std::vector<std::string>* channels,
                                        std::vector<std::string>* slots) {
  const UrlSubscriptions url = ParseUrlSubscriptions(QueryParameters(target));
  if (url.message.items.empty()) return true;
  SubscribeMessage message = url.message;
  for (SubscribeMessage::Item& item : message.items) item.id = service::UniqueId();
  auto checked = Checked(message);
  if (!checked.ok()) return Refuse(kClosePolicy, checked.status().message());
  *channels = url.channels;
  for (const hub::SocketSubscription& one : *checked) slots->push_back(one.id);
  session_->Subscribe(*std::move(checked));
  return true;
}

void RealtimeProtocol::Expired() {
  if (expired_ || closed_) return;
  expired_ = true;
  Error(401, principal_->validity().revoked()
                 ? "the token was revoked; authenticate again within 30 seconds"
                 : "the token has expired; authenticate again within 30 seconds");
  connection_.SetProtocolTimer(state_.options.reauthentication, [this] {
    if (expired_) {
      connection_.CloseWith(kCloseTokenExpired, "the token has expired", service::Parting::kLost);
    }
  });
}

void RealtimeProtocol::Ready() {
  if (session_ != nullptr) session_->Ready();
}

void RealtimeProtocol::Close(service::Parting parting) {
  if (std::exchange(closed_, true)) return;
  if (entered_) ReportConnection(absl::OkStatus());
  if (session_ != nullptr) {
    session_->Close();
    session_.reset();  // it holds the connection, which holds this
  }
  if (holder_ != 0) state_.services.holds.Leave(holder_, parting);
  if (entered_) state_.Leave(connection_.shared_from_this());
  slot_.Release();
}

}  // namespace presences::gateway
