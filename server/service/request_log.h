// RequestLog: what the log says about requests, for every transport.
//
//   error   each call that failed for a reason of ours
//   audit   each call that was denied: who, what, why
//   slow    each call that took longer than it should
//   trace   the span of each call whose trace is sampled
//   access  each call, at level debug
//
// These are the values of `stream` on the lines. Most calls are none of these and cost a
// comparison. Lines of one stream are bounded per second; the next one says how many were left out,
// and the metrics count them all.
//
// Threads: any. Lock order: its mutex alone.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/auth/principal.h"
#include "server/base/clock.h"
#include "server/base/line_limiter.h"
#include "server/base/log.h"
#include "server/base/log_output.h"
#include "server/base/metrics.h"
#include "server/base/mutex.h"
#include "server/base/request_context.h"

namespace presences::service {

enum class Surface { kGrpc, kHttp, kWebsocket };

// A request that has its answer. Everything must live while RequestLog::Write runs.
struct FinishedRequest {
  Surface surface = Surface::kGrpc;
  absl::string_view call = {};  // method, route, or kind of message
  const RequestContext& context;
  const absl::Status& status;
  MonotonicTime::duration took{};
  bool is_stream = false;                      // lives as long as its client likes: never slow
  const auth::Principal* principal = nullptr;  // null: nobody that is known
  absl::string_view project = {};              // as the caller named it; for what has no principal
  absl::string_view client = {};               // IP address
};

class RequestLog {
 public:
  struct Settings {
    std::chrono::milliseconds slow_request{1000};  // 0: none is slow
    double trace_sample_ratio = 0;                 // 0-1: of calls that belong to no trace yet
    std::shared_ptr<LogOutput> audit = {};         // null: stderr, at level warning
  };

  // `projects`: the ids, by the index of a principal.
  RequestLog(std::vector<std::string> projects, const Clock& clock, Metrics& metrics);
  // Says nothing; lives for ever. For tests.
  static RequestLog& None();

  // For requests from now on.
  void Apply(const Settings& settings);

  // Takes what the caller says: x-request-id, traceparent, tracestate; empty: nothing.
  void Begin(absl::string_view id, absl::string_view parent, absl::string_view state,
             RequestContext& context) const;

  // True: there is nothing to say, and Write need not be called.
  bool IsQuiet(const RequestContext& context, const absl::Status& status,
               MonotonicTime::duration took, bool is_stream = false) const {
    return status.ok() && !context.is_sampled() && (is_stream || !IsSlow(took)) &&
           !IsLogged(LogLevel::kDebug);
  }
  void Write(const FinishedRequest& request);

 private:
  static constexpr std::size_t kSurfaces = 3;
  static constexpr std::size_t kReasons = 64;

  RequestLog();
  bool IsSlow(MonotonicTime::duration took) const {
    return took >= MonotonicTime::duration(slow_.load(std::memory_order_relaxed));
  }
  void WriteFailed(const FinishedRequest& request);
  void WriteDenied(const FinishedRequest& request);
  void WriteSlow(const FinishedRequest& request);
  void WriteSpan(const FinishedRequest& request);
  void CountDenied(const FinishedRequest& request);
  // What the lines of all streams have in common.
  LogRecord Line(LogLevel level, absl::string_view message, absl::string_view stream,
                 const FinishedRequest& request) const;

  const bool enabled_;
  const std::vector<std::string> projects_;
  const Clock& clock_;
  Metrics& metrics_;
  std::atomic<MonotonicTime::rep> slow_;
  std::atomic<std::uint64_t> sampled_{0};  // of 2^64 numbers, how many begin a trace
  LineLimiter error_lines_;
  LineLimiter audit_lines_;
  LineLimiter slow_lines_;
  LineLimiter span_lines_;
  std::array<Counter*, kSurfaces> slow_counters_{};
  // Made when a reason first occurs.
  std::array<std::array<std::atomic<Counter*>, kReasons>, kSurfaces> denied_counters_{};

  Mutex mutex_;  // leaf lock
  std::shared_ptr<LogOutput> audit_ GUARDED_BY(mutex_);
};

}  // namespace presences::service
