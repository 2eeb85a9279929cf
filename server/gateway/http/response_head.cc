#include "server/gateway/http/response_head.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace presences::gateway::http {
namespace {

// The same for every answer. Contract 1.6, and what else our own surface takes and shows to pages:
// Authorization, If-Match, Last-Event-ID and the headers of requests and traces; ETag, Retry-After,
// X-Appwrite-Cache, X-Request-Id and traceparent.
constexpr absl::string_view kFixed =
    "Server: presenced\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Vary: Origin\r\n"
    "Access-Control-Allow-Methods: GET, POST, PUT, PATCH, DELETE\r\n"
    "Access-Control-Allow-Headers: Accept, Origin, Cookie, Set-Cookie, Content-Type, "
    "Content-Range, X-Appwrite-Project, X-Appwrite-Key, X-Appwrite-Dev-Key, X-Appwrite-Locale, "
    "X-Appwrite-Mode, X-Appwrite-JWT, X-Appwrite-Organization, X-Appwrite-Response-Format, "
    "X-Appwrite-Timeout, X-Appwrite-ID, X-Appwrite-Timestamp, X-Appwrite-Session, "
    "X-Appwrite-Platform, X-Appwrite-Impersonate-User-Id, X-Appwrite-Impersonate-User-Email, "
    "X-Appwrite-Impersonate-User-Phone, X-SDK-Version, X-SDK-Name, X-SDK-Language, "
    "X-SDK-Platform, X-SDK-GraphQL, X-SDK-Profile, Range, Cache-Control, Expires, Pragma, "
    "X-Fallback-Cookies, X-Requested-With, X-Forwarded-For, X-Forwarded-User-Agent, "
    "Authorization, If-Match, Last-Event-ID, X-Request-Id, traceparent, tracestate\r\n"
    "Access-Control-Expose-Headers: X-Appwrite-Session, X-Fallback-Cookies, ETag, Retry-After, "
    "X-Appwrite-Cache, X-Request-Id, traceparent\r\n"
    "Access-Control-Allow-Credentials: true\r\n"
    "Access-Control-Max-Age: 86400\r\n";
constexpr absl::string_view kNoStore =
    "Cache-Control: no-cache, no-store, must-revalidate\r\n"
    "Expires: 0\r\n"
    "Pragma: no-cache\r\n";
constexpr absl::string_view kSecure = "Strict-Transport-Security: max-age=10886400\r\n";  // 126 d

absl::string_view StatusLine(int status) {
  switch (status) {
    case 200:
      return "HTTP/1.1 200 OK\r\n";
    case 204:
      return "HTTP/1.1 204 No Content\r\n";
    case 400:
      return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
      return "HTTP/1.1 401 Unauthorized\r\n";
    case 403:
      return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
      return "HTTP/1.1 404 Not Found\r\n";
    case 408:
      return "HTTP/1.1 408 Request Timeout\r\n";
    case 409:
      return "HTTP/1.1 409 Conflict\r\n";
    case 412:
      return "HTTP/1.1 412 Precondition Failed\r\n";
    case 413:
      return "HTTP/1.1 413 Payload Too Large\r\n";
    case 429:
      return "HTTP/1.1 429 Too Many Requests\r\n";
    case 501:
      return "HTTP/1.1 501 Not Implemented\r\n";
    case 503:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    default:
      return "HTTP/1.1 500 Internal Server Error\r\n";
  }
}

void Append(absl::string_view text, std::string* out) { out->append(text.data(), text.size()); }

// `Date: ...`, made once a second per thread.
absl::string_view DateLine(TimePoint now) {
  thread_local std::string line;
  thread_local std::int64_t made_at = -1;
  const std::int64_t second = now.time_since_epoch().count() / 1000;
  if (second != made_at) {
    made_at = second;
    line = absl::FormatTime("Date: %a, %d %b %E4Y %H:%M:%S GMT\r\n", absl::FromUnixSeconds(second),
                            absl::UTCTimeZone());
  }
  return line;
}

}  // namespace

void AppendHead(const ResponseHead& head, TimePoint now, std::string* out) {
  Append(StatusLine(head.status), out);
  Append(DateLine(now), out);
  Append(kFixed, out);
  if (!head.allow_origin.empty()) {
    absl::StrAppend(out, "Access-Control-Allow-Origin: ", head.allow_origin, "\r\n");
  }
  if (!head.request_id.empty()) {
    absl::StrAppend(out, "X-Request-Id: ", head.request_id, "\r\n");
  }
  if (head.secure) Append(kSecure, out);
  if (head.no_store) Append(kNoStore, out);
  for (const auto& [name, value] : head.headers) absl::StrAppend(out, name, ": ", value, "\r\n");
  if (!head.content_type.empty()) {
    absl::StrAppend(out, "Content-Type: ", head.content_type, "\r\n");
    if (head.content_length) {
      absl::StrAppend(out, "Content-Length: ", *head.content_length, "\r\n");
    } else if (head.http11) {
      Append("Transfer-Encoding: chunked\r\n", out);
    }
  }
  if (!head.keep_alive) {
    Append("Connection: close\r\n", out);
  } else if (!head.http11) {
    Append("Connection: keep-alive\r\n", out);
  }
  Append("\r\n", out);
}

}  // namespace presences::gateway::http
