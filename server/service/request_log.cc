#include "server/service/request_log.h"

#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/base/random_bits.h"
#include "server/base/reason.h"
#include "server/core/validate.h"

namespace presences::service {
namespace {

constexpr int kErrorLines = 100;  // a second
constexpr int kAuditLines = 100;
constexpr int kSlowLines = 10;
constexpr int kSpanLines = 200;
constexpr MonotonicTime::rep kNever = std::numeric_limits<MonotonicTime::rep>::max();
const MetricFamily kSlow{MetricType::kCounter, "presences_slow_requests_total", "surface",
                         "Calls that took longer than server.log.slow_request, by surface; "
                         "streams do not count."};
const MetricFamily kDenied{
    MetricType::kCounter, "presences_denied_total", "surface,reason",
    "Calls and messages that were denied (not authenticated, not permitted, unknown project, "
    "origin not allowed), by surface and reason."};
constexpr const char* kSurfaceNames[] = {"grpc", "http", "websocket"};

const char* NameOf(Surface surface) { return kSurfaceNames[static_cast<std::size_t>(surface)]; }

// Who is nobody, or may not do this, or asks for a project that is not here.
bool IsDenied(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return true;
    case absl::StatusCode::kNotFound:
      return RowOf(status).reason == Reason::kProjectNotFound;
    default:
      return false;
  }
}

// A mistake of ours; others with these codes have a reason.
bool IsOurs(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInternal ||
         status.code() == absl::StatusCode::kUnknown ||
         status.code() == absl::StatusCode::kDataLoss;
}

double Millis(MonotonicTime::duration took) {
  return std::round(std::chrono::duration<double, std::micro>(took).count()) / 1000;
}

std::string StartOf(TimePoint now, MonotonicTime::duration took) {
  const absl::Time end = absl::FromUnixMillis(now.time_since_epoch().count());
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", end - absl::FromChrono(took),
                          absl::UTCTimeZone());
}

void AddCaller(const FinishedRequest& request, LogRecord& record) {
  if (request.principal == nullptr) {
    record.Add("caller", "unknown");
    return;
  }
  const auth::Principal& principal = *request.principal;
  switch (principal.kind) {
    case auth::Principal::Kind::kGuest:
      record.Add("caller", "guest");
      break;
    case auth::Principal::Kind::kUser:
      record.Add("caller", "user").Add("user_id", principal.caller.user_id);
      record.Add("token_id", principal.credential_id);
      break;
    case auth::Principal::Kind::kKey:
      record.Add("caller", "key").Add("key_id", principal.credential_id);
      break;
  }
}

void AddSuppressed(std::uint64_t suppressed, LogRecord& record) {
  if (suppressed > 0) record.AddNumber("suppressed", static_cast<double>(suppressed));
}

}  // namespace

RequestLog::RequestLog(std::vector<std::string> projects, const Clock& clock, Metrics& metrics)
    : enabled_(true),
      projects_(std::move(projects)),
      clock_(clock),
      metrics_(metrics),
      slow_(kNever),
      error_lines_(kErrorLines, clock),
      audit_lines_(kAuditLines, clock),
      slow_lines_(kSlowLines, clock),
      span_lines_(kSpanLines, clock) {
  for (std::size_t i = 0; i < kSurfaces; ++i) {
    slow_counters_[i] = &metrics.GetCounter(kSlow, {{"surface", kSurfaceNames[i]}});
  }
  Apply(Settings());
}

RequestLog::RequestLog()
    : enabled_(false),
      clock_(Clock::System()),
      metrics_(Metrics::None()),
      slow_(kNever),
      error_lines_(0, clock_),
      audit_lines_(0, clock_),
      slow_lines_(0, clock_),
      span_lines_(0, clock_) {}

RequestLog& RequestLog::None() {
  static RequestLog* const none = new RequestLog;
  return *none;
}

void RequestLog::Apply(const Settings& settings) {
  const MonotonicTime::duration slow = settings.slow_request;
  slow_ = slow.count() == 0 ? kNever : slow.count();
  const double ratio = settings.trace_sample_ratio;
  sampled_ = ratio >= 1   ? std::numeric_limits<std::uint64_t>::max()
             : ratio <= 0 ? 0
                          : static_cast<std::uint64_t>(std::ldexp(ratio, 64));
  std::shared_ptr<LogOutput> former = settings.audit;
  MutexLock lock(mutex_);
  audit_.swap(former);
}

void RequestLog::Begin(absl::string_view id, absl::string_view parent, absl::string_view state,
                       RequestContext& context) const {
  if (!id.empty()) context.id.Take(id);
  if (!parent.empty()) {
    if (const auto span = ParseTraceParent(parent)) {
      context.trace = ContinueTrace(*span, state);
      return;
    }
  }
  const std::uint64_t sampled = sampled_.load(std::memory_order_relaxed);
  if (sampled != 0 && RandomBits() <= sampled) context.trace = StartTrace();
}

void RequestLog::Write(const FinishedRequest& request) {
  if (!enabled_) return;
  if (IsOurs(request.status)) WriteFailed(request);
  if (IsDenied(request.status)) WriteDenied(request);
  if (!request.is_stream && IsSlow(request.took)) WriteSlow(request);
  if (request.context.is_sampled()) WriteSpan(request);
  if (IsLogged(LogLevel::kDebug)) Line(LogLevel::kDebug, "request", "access", request).Write();
}

LogRecord RequestLog::Line(LogLevel level, absl::string_view message, absl::string_view stream,
                           const FinishedRequest& request) const {
  LogRecord record(level, message);
  record.Add("stream", stream).Add("surface", NameOf(request.surface)).Add("call", request.call);
  record.Add("code", absl::StatusCodeToString(request.status.code()));
  if (!request.status.ok()) record.Add("reason", RowOf(request.status).name);
  record.AddNumber("duration_ms", Millis(request.took));
  AddCaller(request, record);
  if (request.principal != nullptr && request.principal->project < projects_.size()) {
    record.Add("project", projects_[request.principal->project]);
  } else if (IsUid(request.project)) {
    record.Add("project", request.project);
  }
  if (!request.client.empty()) record.Add("client", request.client);
  request.context.AddTo(record);
  return record;
}

void RequestLog::WriteFailed(const FinishedRequest& request) {
  const std::optional<std::uint64_t> suppressed = error_lines_.Admit();
  if (!suppressed) return;
  LogRecord record = Line(LogLevel::kError, "a call failed for a reason of ours", "error", request);
  record.Add("detail", request.status.ToString());
  AddSuppressed(*suppressed, record);
  record.Write();
}

void RequestLog::CountDenied(const FinishedRequest& request) {
  const ReasonRow& row = RowOf(request.status);
  const auto surface = static_cast<std::size_t>(request.surface);
  std::atomic<Counter*>& slot =
      denied_counters_[surface][static_cast<std::size_t>(row.reason) % kReasons];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter =
        &metrics_.GetCounter(kDenied, {{"surface", NameOf(request.surface)}, {"reason", row.name}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
}

void RequestLog::WriteDenied(const FinishedRequest& request) {
  CountDenied(request);
  std::shared_ptr<LogOutput> file;
  {
    MutexLock lock(mutex_);
    file = audit_;
  }
  if (file == nullptr && !IsLogged(LogLevel::kWarning)) return;
  const std::optional<std::uint64_t> suppressed = audit_lines_.Admit();
  if (!suppressed) return;
  LogRecord record = Line(LogLevel::kWarning, "denied", "audit", request);
  record.Add("detail", request.status.message());
  AddSuppressed(*suppressed, record);
  file == nullptr ? record.Write() : record.WriteTo(*file);
}

void RequestLog::WriteSlow(const FinishedRequest& request) {
  slow_counters_[static_cast<std::size_t>(request.surface)]->Increment();
  if (!IsLogged(LogLevel::kWarning)) return;
  const std::optional<std::uint64_t> suppressed = slow_lines_.Admit();
  if (!suppressed) return;
  LogRecord record = Line(LogLevel::kWarning, "slow request", "slow", request);
  AddSuppressed(*suppressed, record);
  record.Write();
}

void RequestLog::WriteSpan(const FinishedRequest& request) {
  if (!IsLogged(LogLevel::kInfo)) return;
  const std::optional<std::uint64_t> suppressed = span_lines_.Admit();
  if (!suppressed) return;
  const TraceContext& trace = *request.context.trace;
  LogRecord record = Line(LogLevel::kInfo, "span", "trace", request);
  if (trace.parent != 0) record.Add("parent_span_id", SpanIdOf(trace.parent));
  if (!trace.state.empty()) record.Add("tracestate", trace.state);
  record.Add("start", StartOf(clock_.Now(), request.took));
  AddSuppressed(*suppressed, record);
  record.Write();
}

}  // namespace presences::service
