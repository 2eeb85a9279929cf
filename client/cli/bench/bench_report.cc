#include "client/cli/bench/bench_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/cli/presence_table.h"
#include "proto/runtime/json_writer.h"

namespace presences::cli {
namespace {

using transcode::JsonWriter;

struct Part {
  absl::string_view json;
  absl::string_view heading;
  double part;
};
constexpr Part kParts[] = {
    {"p50", "P50", 0.5}, {"p90", "P90", 0.9}, {"p99", "P99", 0.99}, {"p99_9", "P99.9", 0.999}};
constexpr std::size_t kBar = 20;

double Micros(Latencies::Time time) { return static_cast<double>(time.count()) / 1e3; }
// As many digits as mean something, and never an exponent.
std::string Rounded(double value) {
  return std::string(absl::StripSuffix(absl::StrFormat("%.1f", value), ".0"));
}

std::string ShortTime(Latencies::Time time) {
  const double micros = Micros(time);
  if (micros < 1e3) return absl::StrFormat("%.0f us", micros);
  return micros < 1e6 ? absl::StrFormat("%.1f ms", micros / 1e3)
                      : absl::StrFormat("%.2f s", micros / 1e6);
}

double Rate(std::uint64_t calls, std::chrono::duration<double> took) {
  return took.count() <= 0 ? 0 : static_cast<double>(calls) / took.count();
}

void Number(JsonWriter& out, absl::string_view key, double value) {
  out.Key(key);
  out.Raw(Rounded(value));
}

void Text(JsonWriter& out, absl::string_view key, absl::string_view value) {
  out.Key(key);
  out.String(value);
}

void Int(JsonWriter& out, absl::string_view key, std::int64_t value) {
  out.Key(key);
  out.Int(value);
}

void WritePlan(JsonWriter& out, const BenchPlan& plan, const std::string& endpoint) {
  Text(out, "workload", plan.workload);
  Text(out, "endpoint", endpoint);
  Number(out, "rate", plan.rate);
  Int(out, "inFlight", plan.in_flight);
  Int(out, "connections", plan.connections);
  Int(out, "records", plan.records);
  if (plan.workload == "batch") Int(out, "batchSize", plan.batch_size);
  if (plan.workload == "watch") Int(out, "watchers", plan.watchers);
}

void WriteOperation(JsonWriter& out, const OperationResults& results,
                    std::chrono::duration<double> took) {
  const Latencies& latencies = results.latencies;
  Int(out, "calls", static_cast<std::int64_t>(latencies.count()));
  Number(out, "callsPerSecond", Rate(latencies.count(), took));
  out.Key("latencyMicros");
  out.BeginObject();
  for (const Part& part : kParts) {
    Number(out, part.json, Micros(latencies.Percentile(part.part)));
  }
  Number(out, "max", Micros(latencies.max()));
  Number(out, "mean", Micros(latencies.mean()));
  out.EndObject();
  out.Key("errors");
  out.BeginObject();
  for (const auto& [reason, times] : results.errors) {
    Int(out, reason, static_cast<std::int64_t>(times));
  }
  out.EndObject();
}

OperationResults Sum(const Results& results) {
  OperationResults sum;
  for (const auto& [name, each] : results) {
    sum.latencies.Merge(each.latencies);
    for (const auto& [reason, times] : each.errors) sum.errors[reason] += times;
  }
  return sum;
}

}  // namespace

std::string BenchJson(const BenchPlan& plan, const std::string& endpoint,
                      const BenchOutcome& outcome) {
  std::string text;
  JsonWriter out(&text);
  out.BeginObject();
  WritePlan(out, plan, endpoint);
  Number(out, "seconds", outcome.took.count());
  out.Key("interrupted");
  out.Bool(outcome.interrupted);
  out.Key("operations");
  out.BeginObject();
  for (const auto& [name, operation] : outcome.results) {
    out.Key(name);
    out.BeginObject();
    WriteOperation(out, operation, outcome.took);
    out.EndObject();
  }
  out.EndObject();
  Int(out, "removed", outcome.removed);
  out.EndObject();
  return text;
}

std::string BenchTable(const BenchPlan& plan, const BenchOutcome& outcome) {
  std::vector<Row> rows = {{"OPERATION", "CALLS", "PER SECOND"}};
  for (const Part& part : kParts) rows[0].emplace_back(part.heading);
  rows[0].insert(rows[0].end(), {"MAX", "ERRORS"});
  std::string errors;
  for (const auto& [name, operation] : outcome.results) {
    const Latencies& latencies = operation.latencies;
    Row row = {name, absl::StrCat(latencies.count()),
               absl::StrFormat("%.1f", Rate(latencies.count(), outcome.took))};
    for (const Part& part : kParts) row.push_back(ShortTime(latencies.Percentile(part.part)));
    row.push_back(ShortTime(latencies.max()));
    row.push_back(absl::StrCat(ErrorsOf({{name, operation}})));
    rows.push_back(std::move(row));
    for (const auto& [reason, times] : operation.errors) {
      absl::StrAppend(&errors, name, ": ", times, " times ", reason, "\n");
    }
  }
  return absl::StrCat(absl::StrJoin(TableLines(rows), "\n"), "\n", errors,
                      absl::StrFormat("%s for %.1f s, ", plan.workload, outcome.took.count()),
                      plan.rate > 0 ? absl::StrFormat("%g calls a second", plan.rate)
                                    : absl::StrCat(plan.in_flight, " calls at a time"),
                      " over ", plan.connections,
                      plan.connections == 1 ? " connection" : " connections",
                      outcome.interrupted ? "; interrupted\n" : "\n");
}

std::string BenchProgress(const Results& results, std::chrono::duration<double> passed,
                          std::chrono::duration<double> whole) {
  const OperationResults sum = Sum(results);
  const double part = std::clamp(passed / whole, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(part * static_cast<double>(kBar));
  return absl::StrFormat("[%s%s] %.0f of %.0f s  %d calls  %.0f/s  p50 %s  p99 %s  %d errors",
                         std::string(full, '='), std::string(kBar - full, ' '), passed.count(),
                         whole.count(), CallsOf(results), Rate(CallsOf(results), passed),
                         ShortTime(sum.latencies.Percentile(0.5)),
                         ShortTime(sum.latencies.Percentile(0.99)), ErrorsOf(results));
}

}  // namespace presences::cli
