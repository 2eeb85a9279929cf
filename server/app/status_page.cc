#include "server/app/status_page.h"

#include <unistd.h>

#include <chrono>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "server/app/version.h"
#include "server/base/log.h"
#include "server/core/time_format.h"

namespace presences::app {
namespace {

// Members of a JSON object, written one after another.
class Object {
 public:
  Object& Text(const char* name, absl::string_view value) {
    AppendJsonString(Key(name), value);
    return *this;
  }
  Object& Number(const char* name, std::int64_t value) { return Raw(name, absl::StrCat(value)); }
  Object& Flag(const char* name, bool value) { return Raw(name, value ? "true" : "false"); }
  Object& Raw(absl::string_view name, absl::string_view json) {
    absl::StrAppend(&Key(name), json);
    return *this;
  }
  std::string Done() { return absl::StrCat("{", text_, "}"); }

 private:
  std::string& Key(absl::string_view name) {
    if (!text_.empty()) text_ += ',';
    AppendJsonString(text_, name);
    text_ += ':';
    return text_;
  }
  std::string text_;
};

std::string List(const std::vector<std::string>& elements) {
  std::string text;
  for (const std::string& element : elements)
    absl::StrAppend(&text, text.empty() ? "" : ",", element);
  return absl::StrCat("[", text, "]");
}

std::string Build() {
  return Object()
      .Text("version", kVersion)
      .Text("commit", kCommit)
      .Text("compiler", kCompiler)
      .Text("type", kBuildType)
      .Done();
}

std::string Threads(const Health& health) {
  std::vector<std::string> threads;
  for (const Heartbeat::Sign& sign : health.threads()) {
    using Doing = Heartbeat::Sign::Doing;
    const char* const doing = sign.doing == Doing::kResting   ? "resting"
                              : sign.doing == Doing::kWorking ? "working"
                                                              : "at_device";
    const auto silent = std::chrono::duration_cast<std::chrono::milliseconds>(sign.silent);
    threads.push_back(Object()
                          .Text("name", sign.thread)
                          .Text("doing", doing)
                          .Number("silent_ms", silent.count())
                          .Done());
  }
  return List(threads);
}

std::string Reload(const LastReload& last) {
  const auto outcome = last.Get();
  if (!outcome) return "null";
  std::vector<std::string> changed;
  for (const std::string& key : outcome->changed) AppendJsonString(changed.emplace_back(), key);
  return Object()
      .Text("time", FormatTime(outcome->time))
      .Text("result", outcome->error.empty() ? "ok" : "refused")
      .Text("error", outcome->error)
      .Raw("changed", List(changed))
      .Done();
}

std::string Storage(const StatusView& view) {
  const absl::Status status = view.health.Storage();
  return Object()
      .Text("engine", view.engine)
      .Text("path", view.storage_path)
      .Flag("available", status.ok())
      .Text("error", status.message())
      .Done();
}

std::string Listeners(const StatusView& view) {
  Object listeners;
  for (const auto& [name, listener] : view.listeners()) {
    listeners.Raw(name,
                  Object().Text("address", listener.address).Flag("tls", listener.tls).Done());
  }
  return listeners.Done();
}

std::string Project(const StatusView& view, std::uint32_t index) {
  const UseCases& use = *view.use_cases;
  const store::LogHead head = use.committer->head(index);
  return Object()
      .Text("id", view.store.rules[index].project_id)
      .Number("records", static_cast<std::int64_t>(view.store.states[index]->size()))
      .Number("holds", static_cast<std::int64_t>(use.holds->held_count(index)))
      .Number("connections", static_cast<std::int64_t>(use.quotas[index]->connection_count()))
      .Number("revision", head.revision)
      .Number("oldest_resumable_revision", use.hub->OldestResumable(index))
      .Text("epoch", absl::StrCat(absl::Hex(head.epoch)))
      .Done();
}

std::string Projects(const StatusView& view) {
  std::vector<std::string> projects;
  for (std::uint32_t i = 0; i < view.store.rules.size(); ++i) projects.push_back(Project(view, i));
  return List(projects);
}

std::string BySurface(const hub::Hub& hub) {
  Object surfaces;
  for (const auto& [surface, count] : hub.SubscriptionsBySurface()) {
    surfaces.Raw(surface, absl::StrCat(count));
  }
  return surfaces.Done();
}

}  // namespace

std::string StatusText(const StatusView& view) {
  const Health::Phase phase = view.health.phase();
  const auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(view.clock.Monotonic() - view.started);
  Object page;
  page.Text("version", kVersion)
      .Raw("build", Build())
      .Number("pid", ::getpid())
      .Text("started", FormatTime(view.started_at))
      .Number("uptime_seconds", uptime.count())
      .Text("state", NameOf(phase))
      .Flag("draining", phase == Health::Phase::kDraining)
      .Text("config_file", view.config_file)
      .Text("engine", view.engine)
      .Raw("storage", Storage(view))
      .Raw("last_reload", Reload(view.last_reload))
      .Raw("threads", Threads(view.health));
  if (phase != Health::Phase::kStarting) {
    const hub::Hub& hub = *view.use_cases->hub;
    page.Raw("listeners", Listeners(view))
        .Number("subscriptions", static_cast<std::int64_t>(hub.session_count()))
        .Raw("subscriptions_by_surface", BySurface(hub))
        .Number("sockets", static_cast<std::int64_t>(view.socket_count()))
        .Raw("projects", Projects(view));
  }
  return page.Done() + "\n";
}

}  // namespace presences::app
