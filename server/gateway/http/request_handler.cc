#include "server/gateway/http/request_handler.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "presences/api.h"
#include "presences/v1/realtime.pb.h"
#include "server/api/raw_subscribe.h"
#include "server/base/reason.h"
#include "server/gateway/http/credentials.h"
#include "server/service/access.h"
#include "server/wire/stream_json.h"

namespace presences::gateway::http {
namespace {

constexpr absl::string_view kJsonType = "application/json";
constexpr absl::string_view kFormType = "application/x-www-form-urlencoded";
constexpr absl::string_view kNdjsonType = "application/x-ndjson";
constexpr absl::string_view kEventStreamType = "text/event-stream";
constexpr absl::string_view kSocketPath = "v1/realtime";
constexpr char kOpenApiPath[] = "/v1/openapi.json";

absl::string_view MethodName(transcode::HttpMethod method) {
  switch (method) {
    case transcode::HttpMethod::kGet:
      return "GET";
    case transcode::HttpMethod::kPut:
      return "PUT";
    case transcode::HttpMethod::kPost:
      return "POST";
    case transcode::HttpMethod::kPatch:
      return "PATCH";
    case transcode::HttpMethod::kDelete:
      return "DELETE";
  }
  return "";
}

// As routes are compared: without empty segments.
bool IsSocketPath(absl::string_view path) {
  const std::vector<absl::string_view> segments = absl::StrSplit(path, '/', absl::SkipEmpty());
  return segments.size() == 2 && absl::StrCat(segments[0], "/", segments[1]) == kSocketPath;
}

// True when the values of a header contain `word` (in lower case), in any case.
bool Says(const HttpRequest& request, absl::string_view header, absl::string_view word) {
  return absl::StrContains(absl::AsciiStrToLower(request.FindAll(header)), word);
}

bool AsksForWebSocket(const HttpRequest& request) {
  return Says(request, "upgrade", "websocket") && Says(request, "connection", "upgrade");
}

absl::Status RouteNotFound(const HttpRequest& request) {
  return MakeError(Reason::kGeneralRouteNotFound,
                   absl::StrCat("no route for ", request.method(), " ", request.path(),
                                "; GET /v1/openapi.json lists them"));
}

absl::Status OriginRefused(const HttpRequest& request) {
  return MakeError(Reason::kGeneralUnknownOrigin,
                   absl::StrCat("origin: '", request.Find("origin"),
                                "' may not call this project; add its host to the project's "
                                "origins"));
}

// True: a form; false: JSON.
absl::StatusOr<bool> IsForm(const HttpRequest& request) {
  const absl::string_view given = request.Find("content-type");
  const absl::string_view media = absl::StripAsciiWhitespace(given.substr(0, given.find(';')));
  if (media.empty() || absl::EqualsIgnoreCase(media, kJsonType)) return false;
  if (absl::EqualsIgnoreCase(media, kFormType)) return true;
  return InvalidField("Content-Type", absl::StrCat("must be ", kJsonType, " or ", kFormType,
                                                   ", got '", media, "'"));
}

// Server-Sent Events, unless only NDJSON is asked for.
transcode::StreamFormat StreamFormatOf(const HttpRequest& request) {
  const bool ndjson =
      Says(request, "accept", kNdjsonType) && !Says(request, "accept", kEventStreamType);
  return ndjson ? transcode::StreamFormat::kNdjson : transcode::StreamFormat::kServerSentEvents;
}

void AnswerWith(const absl::Status& status, ExchangePtr exchange) {
  exchange->status = status;
  // The exchange holds what may be the last reference to its responder.
  const std::shared_ptr<Responder> responder = exchange->responder;
  responder->Answer(std::move(exchange));
}

}  // namespace

RequestHandler::RequestHandler(Options options, const Services& services)
    : options_(std::move(options)),
      services_(services),
      api_(services.presences),
      routes_(*transcode::RouteTable::Build(api::Routes())),
      client_address_(ClientAddress(options_.trusted_proxies)),
      pages_(options_.pages.begin(), options_.pages.end()),
      refusals_(services.metrics),
      unmatched_metrics_(services.metrics, "unmatched"),
      preflight_metrics_(services.metrics, "preflight"),
      upgrade_metrics_(services.metrics, "GET /v1/realtime") {
  pages_[kOpenApiPath] = {"application/json; charset=UTF-8", std::string(api::OpenApi())};
  for (const auto& [path, page] : pages_) {
    page_metrics_[path] =
        std::make_unique<RouteMetrics>(services.metrics, absl::StrCat("GET ", path));
  }
  for (const auto table : api::Routes()) {
    for (const transcode::Route& route : table) {
      route_metrics_[&route] = std::make_unique<RouteMetrics>(
          services.metrics, absl::StrCat(MethodName(route.method), " ", route.path));
    }
  }
}

ExchangePtr RequestHandler::Begin(const HttpRequest& request, const Peer& peer) const {
  auto exchange = std::make_unique<Exchange>(request, peer);
  exchange->now = services_.clock.Now();
  exchange->started = services_.clock.Monotonic();
  exchange->metrics = &unmatched_metrics_;
  const absl::string_view parent = request.Find("traceparent");
  services_.log.Begin(request.Find("x-request-id"),
                      parent.empty() ? "" : request.FindAll("traceparent"),
                      parent.empty() ? "" : request.FindAll("tracestate"), exchange->context);
  exchange->project = ProjectOf(request);
  if (exchange->project.empty()) exchange->project = options_.only_project;
  Match(*exchange);
  CheckOrigin(*exchange);
  return exchange;
}

void RequestHandler::Match(Exchange& exchange) const {
  const HttpRequest& request = exchange.request;
  if (request.method() == "OPTIONS") {
    exchange.kind = Exchange::Kind::kPreflight;
    exchange.metrics = &preflight_metrics_;
    return;
  }
  if (auto match = routes_.Find(request.method(), request.path())) {
    exchange.kind = Exchange::Kind::kCall;
    exchange.match = *std::move(match);
    exchange.metrics = route_metrics_.at(exchange.match.route).get();
    return;
  }
  if (request.method() != "GET" && !request.is_head()) return;
  const auto page = pages_.find(request.path());
  if (page != pages_.end()) {
    exchange.kind = Exchange::Kind::kPage;
    exchange.page = &page->second;
    exchange.metrics = page_metrics_.find(request.path())->second.get();
  } else if (options_.websocket && IsSocketPath(request.path())) {
    exchange.metrics = &upgrade_metrics_;
    if (AsksForWebSocket(request)) {
      exchange.kind = Exchange::Kind::kUpgrade;
      return;
    }
    exchange.kind = Exchange::Kind::kRefused;
    exchange.status = MakeError(Reason::kGeneralBadRequest,
                                "this path is a WebSocket; connect with `Upgrade: websocket`, or "
                                "use GET /v1/realtime/events");
  }
}

void RequestHandler::CheckOrigin(Exchange& exchange) const {
  const HttpRequest& request = exchange.request;
  const absl::string_view origin = request.Find("origin");
  if (origin.empty()) return;
  if (exchange.kind == Exchange::Kind::kPreflight ||
      services_.origins.Allows(exchange.project, origin, request.Find("host"))) {
    exchange.allow_origin = absl::AsciiStrToLower(origin);
  } else {
    // Who has a key is a server, whatever page it speaks for.
    exchange.origin_refused = request.Find("x-appwrite-key").empty();
  }
}

std::size_t RequestHandler::BodyLimit(const Exchange& exchange) const {
  return exchange.kind == Exchange::Kind::kCall
             ? api::MaxRequestBytes(exchange.match.route->full_method)
             : api::kMaxRequestBytes;
}

void RequestHandler::Handle(ExchangePtr exchange) const {
  if (exchange->kind == Exchange::Kind::kUnmatched) {
    exchange->status = RouteNotFound(exchange->request);
  }
  if (exchange->kind != Exchange::Kind::kCall) {
    const absl::Status status = exchange->status;
    return AnswerWith(status, std::move(exchange));
  }
  const absl::Status admitted = Admit(*exchange);
  if (!admitted.ok()) return AnswerWith(admitted, std::move(exchange));
  const absl::Status read = ReadMessage(*exchange);
  if (!read.ok()) return AnswerWith(read, std::move(exchange));
  // The call may end, and the exchange with it, before those who asked for it return.
  const auth::PrincipalPtr principal = exchange->principal;
  if (exchange->match.route->server_streaming) return Subscribe(std::move(exchange), *principal);
  Call(std::move(exchange), *principal);
}

absl::Status RequestHandler::Admit(Exchange& exchange) const {
  const HttpRequest& request = exchange.request;
  absl::StatusOr<auth::PrincipalPtr> principal =
      services_.authenticator.Authenticate(CredentialsOf(request, exchange.project), exchange.now);
  if (!principal.ok()) return principal.status();
  exchange.principal = *std::move(principal);
  if (exchange.origin_refused) return OriginRefused(request);
  return exchange.match.route->method == transcode::HttpMethod::kGet
             ? service::RequireRead(*exchange.principal)
             : service::RequireWrite(*exchange.principal);
}

void RequestHandler::SetTrustedProxies(std::vector<IpRange> proxies) {
  client_address_.Replace(ClientAddress(std::move(proxies)));
}

void RequestHandler::Describe(const Exchange& exchange, Upgrade* upgrade) const {
  upgrade->client_address = client_address_->Of(exchange.request, exchange.peer);
  upgrade->credentials = CredentialsOf(exchange.request, exchange.project);
  upgrade->origin_allowed = !exchange.origin_refused;
  upgrade->request = exchange.context;
}

absl::Status RequestHandler::ReadMessage(Exchange& exchange) const {
  const HttpRequest& request = exchange.request;
  const transcode::Route& route = *exchange.match.route;
  transcode::RequestParts parts;
  parts.path_values = exchange.match.values;
  parts.query = request.query();
  parts.header = [&request](absl::string_view name) { return request.Find(name); };
  if (route.has_body && !request.body().empty()) {
    const absl::StatusOr<bool> is_form = IsForm(request);
    if (!is_form.ok()) return is_form.status();
    parts.body = request.body();
    parts.body_is_form = *is_form;
  }
  exchange.in = route.new_request(&exchange.arena);
  exchange.out = route.new_response(&exchange.arena);
  const auto error = route.read_request(parts, exchange.in);
  if (!error.has_value()) return absl::OkStatus();
  return InvalidField(error->field.empty() ? "body" : error->field, error->message);
}

void RequestHandler::Call(ExchangePtr exchange, const auth::Principal& principal) const {
  Exchange* const raw = exchange.release();  // until it is done
  const bool known = api_.Call(
      raw->match.route->full_method, principal, Source::kRest, *raw->in, raw->out,
      [raw](const absl::Status& status) { AnswerWith(status, ExchangePtr(raw)); }, &raw->notes);
  if (known) return;
  AnswerWith(MakeError(Reason::kGeneralNotImplemented,
                       "this method is not served by this version; GET /v1/openapi.json lists "
                       "the methods"),
             ExchangePtr(raw));
}

void RequestHandler::Subscribe(ExchangePtr exchange, const auth::Principal& principal) const {
  const transcode::StreamFormat format = StreamFormatOf(exchange->request);
  if (exchange->request.is_head()) {
    exchange->stream = format;
    return AnswerWith(absl::OkStatus(), std::move(exchange));
  }
  absl::StatusOr<service::ConnectionSlot> slot = services_.realtime.Connect(principal);
  if (!slot.ok()) return AnswerWith(slot.status(), std::move(exchange));
  const std::shared_ptr<Responder> responder = exchange->responder;
  absl::StatusOr<hub::SessionPtr> session = services_.realtime.Subscribe(
      principal, api::FromProto(static_cast<const v1::SubscribeRequest&>(*exchange->in)),
      wire::JsonStreamEncoder(), "sse", responder->OpenStream(format));
  if (!session.ok()) return AnswerWith(session.status(), std::move(exchange));
  exchange->stream = format;
  exchange->slot = *std::move(slot);
  responder->StartStream(std::move(exchange), *std::move(session));
}

}  // namespace presences::gateway::http
