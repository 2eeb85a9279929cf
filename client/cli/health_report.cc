#include "client/cli/health_report.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/http_get.h"
#include "client/cli/presence_table.h"
#include "client/cli/text_width.h"
#include "proto/runtime/json_writer.h"

namespace presences::cli {
namespace {

using client::Health;

constexpr std::chrono::milliseconds kHttpTimeout{3000};
constexpr const char* kServices[] = {"presences.v1.Presences", "presences.v1.Realtime"};

absl::string_view Name(Health health) {
  switch (health) {
    case Health::kServing:
      return "serving";
    case Health::kNotServing:
      return "not serving";
    case Health::kServiceUnknown:
      return "no such service";
    case Health::kUnknown:
      return "unknown";
  }
  return "";
}

void AskReadiness(const std::string& endpoint, HealthReport* report) {
  const auto answer = HttpGet(endpoint, "/readyz", kHttpTimeout);
  report->ready = answer.ok() && answer->status == 200;
  report->readiness = answer.ok() ? std::string(absl::StripAsciiWhitespace(answer->body))
                                  : std::string(answer.status().message());
  if (report->readiness.empty()) report->readiness = absl::StrCat("status ", answer->status);
}

}  // namespace

bool HealthReport::healthy() const { return ready && overall == Health::kServing; }

absl::StatusOr<HealthReport> LookAtHealth(const client::PresenceClient& client,
                                          const HealthQuestion& question) {
  HealthReport report;
  std::vector<std::string> names = question.services;
  if (names.empty()) {
    const auto overall = client.CheckHealth("");
    if (!overall.ok()) return overall.status();
    report.overall = *overall;
    names.assign(std::begin(kServices), std::end(kServices));
  } else {
    report.overall = Health::kServing;
  }
  for (const std::string& name : names) {
    const auto health = client.CheckHealth(name);
    if (!health.ok()) return health.status();
    report.services.emplace_back(name, *health);
    // Who asks for services only has them for a whole.
    if (!question.services.empty() && *health != Health::kServing) report.overall = *health;
  }
  if (!question.metrics_endpoint.empty()) AskReadiness(question.metrics_endpoint, &report);
  return report;
}

std::string HealthJson(const HealthReport& report) {
  std::string text;
  transcode::JsonWriter out(&text);
  out.BeginObject();
  out.Key("status");
  out.String(Name(report.overall));
  out.Key("services");
  out.BeginObject();
  for (const auto& [service, health] : report.services) {
    out.Key(service);
    out.String(Name(health));
  }
  out.EndObject();
  if (!report.readiness.empty()) {
    out.Key("ready");
    out.Bool(report.ready);
    out.Key("readiness");
    out.String(report.readiness);
  }
  out.EndObject();
  return text + "\n";
}

std::string HealthText(const HealthReport& report) {
  std::vector<Row> rows = {{"server", std::string(Name(report.overall))}};
  for (const auto& [service, health] : report.services) {
    rows.push_back({service, std::string(Name(health))});
  }
  std::string text = absl::StrCat(absl::StrJoin(TableLines(rows), "\n"), "\n");
  if (!report.readiness.empty()) {
    // One line each: a reason may have several.
    std::string lines = report.readiness;
    std::replace(lines.begin(), lines.end(), '\n', ';');
    absl::StrAppend(&text, report.ready ? "ready: " : "not ready: ", Printable(lines), "\n");
  }
  return text;
}

}  // namespace presences::cli
