// RequestHandler::Render: from an answered exchange to the bytes of its response.
#include <string>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/gateway/http/request_handler.h"
#include "server/wire/error_json.h"

namespace presences::gateway::http {
namespace {

constexpr absl::string_view kJson = "application/json; charset=UTF-8";
constexpr std::size_t kKeptScratch = std::size_t{1} << 20;

void RenderError(const absl::Status& status, ResponseHead* head, std::string* body) {
  const ReasonRow& row = RowOf(status);
  head->status = row.http_status;
  head->content_type = kJson;
  head->no_store = true;
  if (const auto delay = wire::RetryDelay(status)) {
    head->headers.emplace_back(
        "Retry-After", absl::StrCat(std::chrono::ceil<std::chrono::seconds>(*delay).count()));
  }
  wire::AppendErrorJson(status, body);
}

void RenderMessage(const Exchange& exchange, ResponseHead* head, std::string* body) {
  const transcode::Route& route = *exchange.match.route;
  head->status = route.success_status;
  route.write_headers(*exchange.out, &head->headers);
  if (exchange.notes.cache_hit) {
    head->headers.emplace_back("X-Appwrite-Cache", *exchange.notes.cache_hit ? "hit" : "miss");
  }
  if (route.success_status == 204) return;
  head->content_type = kJson;
  transcode::JsonWriter writer(body, wire::WriteError);
  route.write_response(*exchange.out, writer);
}

void RenderStream(transcode::StreamFormat format, ResponseHead* head) {
  head->content_type =
      format == transcode::StreamFormat::kNdjson ? "application/x-ndjson" : "text/event-stream";
  head->no_store = true;
  head->headers.emplace_back("X-Accel-Buffering", "no");  // what a proxy holds back is no stream
}

void EchoTrace(const TraceContext& trace, ResponseHead* head) {
  head->headers.emplace_back("traceparent", FormatTraceParent(trace.self));
  if (!trace.state.empty()) head->headers.emplace_back("tracestate", trace.state);
}

}  // namespace

void RequestHandler::RenderBody(const Exchange& exchange, ResponseHead* head,
                                std::string* body) const {
  if (!exchange.status.ok()) return RenderError(exchange.status, head, body);
  switch (exchange.kind) {
    case Exchange::Kind::kPreflight:
      head->status = 204;
      return;
    case Exchange::Kind::kPage:
      head->content_type = exchange.page->content_type;
      head->headers.emplace_back("Cache-Control", "no-cache");
      absl::StrAppend(body, exchange.page->body);
      return;
    case Exchange::Kind::kCall:
      if (exchange.stream) return RenderStream(*exchange.stream, head);
      return RenderMessage(exchange, head, body);
    case Exchange::Kind::kUnmatched:
    case Exchange::Kind::kUpgrade:
    case Exchange::Kind::kRefused:
      return RenderError(absl::InternalError("no answer was made"), head, body);
  }
}

MonotonicTime RequestHandler::Render(const Exchange& exchange, bool keep_alive,
                                     std::string* out) const {
  // The head states the size of the body, so the body is made first, in memory that is kept.
  thread_local std::string body;
  body.clear();
  ResponseHead head;
  head.http11 = exchange.request.http11();
  head.keep_alive = keep_alive;
  head.secure = client_address_->IsSecure(exchange.request, exchange.peer);
  head.allow_origin = exchange.allow_origin;
  head.request_id = exchange.context.id.text();
  if (exchange.context.trace) EchoTrace(*exchange.context.trace, &head);
  RenderBody(exchange, &head, &body);
  if (!exchange.stream || !exchange.status.ok()) head.content_length = body.size();
  AppendHead(head, exchange.now, out);
  if (!exchange.request.is_head()) out->append(body);
  if (body.capacity() > kKeptScratch) std::string().swap(body);
  const MonotonicTime answered = services_.clock.Monotonic();
  refusals_.Count(exchange.status);
  const MonotonicTime::duration took = answered - exchange.started;
  exchange.metrics->Count(head.status, took);
  const bool is_stream = exchange.stream && exchange.status.ok();
  if (!services_.log.IsQuiet(exchange.context, exchange.status, took, is_stream)) {
    Report(exchange, took);
  }
  return answered;
}

void RequestHandler::Report(const Exchange& exchange, MonotonicTime::duration took) const {
  const std::string client = client_address_->Of(exchange.request, exchange.peer);
  services_.log.Write({.surface = service::Surface::kHttp,
                       .call = exchange.metrics->route(),
                       .context = exchange.context,
                       .status = exchange.status,
                       .took = took,
                       .is_stream = exchange.stream && exchange.status.ok(),
                       .principal = exchange.principal.get(),
                       .project = exchange.project,
                       .client = client});
}

}  // namespace presences::gateway::http
