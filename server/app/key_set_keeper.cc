#include "server/app/key_set_keeper.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/app/reload.h"
#include "server/base/log.h"

namespace presences::app {
namespace {

using std::chrono::milliseconds;

const MetricFamily kFetches{MetricType::kCounter, "presences_key_set_fetches_total", "outcome",
                            "Fetches of key sets by jwks_url: ok, failed (no answer 200), or "
                            "unusable (no key for the token's algorithm)."};
const MetricFamily kFailing{MetricType::kGauge, "presences_key_sets_failing", "",
                            "URLs of key sets whose last fetch was failed or unusable; the last "
                            "good set counts."};

std::set<std::string> UrlsOf(const config::Config& config) {
  std::set<std::string> urls;
  for (const config::ProjectConfig& project : config.projects) {
    for (const config::TokenSource& token : project.tokens) {
      if (!token.jwks_url.empty()) urls.insert(token.jwks_url);
    }
  }
  return urls;
}

}  // namespace

KeySetKeeper::KeySetKeeper(const config::Config& config, auth::Authenticator& authenticator,
                           Clock& clock, Metrics& metrics, Heartbeats& heartbeats)
    : authenticator_(authenticator),
      clock_(clock),
      heart_(heartbeats.Add("key-sets")),
      fetched_(metrics.GetCounter(kFetches, {{"outcome", "ok"}})),
      failed_(metrics.GetCounter(kFetches, {{"outcome", "failed"}})),
      unusable_(metrics.GetCounter(kFetches, {{"outcome", "unusable"}})),
      failing_(metrics.GetGauge(kFailing)),
      http_(fetch::HttpGet::Limits{}) {
  {
    MutexLock lock(mutex_);
    Follow(config);
  }
  thread_ = Thread("key-sets", [this] { Loop(); });
}

KeySetKeeper::~KeySetKeeper() { Stop(); }

absl::StatusOr<std::vector<auth::ProjectAuth>> KeySetKeeper::Build(
    const config::Config& config) const {
  MutexLock lock(mutex_);
  return BuildAuths(config, Sets());
}

void KeySetKeeper::Use(const config::Config& config, std::vector<auth::ProjectAuth> auths) {
  MutexLock lock(mutex_);
  Follow(config);
  authenticator_.Reload(std::move(auths));
  // A set that came after Build is in nobody's `auths`: it is asked for again, and adopted.
  for (auto& [url, source] : sources_) {
    source.next = clock_.Monotonic();
    source.retry = kFirstRetry;
  }
  cv_.NotifyAll();
}

void KeySetKeeper::OnRevocation(std::function<void()> call) {
  MutexLock lock(mutex_);
  on_revocation_ = std::move(call);
}

void KeySetKeeper::WaitUntilTried(milliseconds at_most) {
  const MonotonicTime until = clock_.Monotonic() + at_most;
  MutexLock lock(mutex_);
  const auto all_tried = [this]() NO_THREAD_SAFETY_ANALYSIS {
    return std::all_of(sources_.begin(), sources_.end(),
                       [](const auto& entry) { return entry.second.is_tried; });
  };
  while (!all_tried() && clock_.Monotonic() < until) {
    clock_.WaitFor(lock, cv_, std::chrono::ceil<milliseconds>(until - clock_.Monotonic()));
  }
}

void KeySetKeeper::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    cv_.NotifyAll();
  }
  http_.Cancel();
  thread_.Join();
}

void KeySetKeeper::Loop() {
  for (std::string url = NextUrl(); !url.empty(); url = NextUrl()) {
    const absl::StatusOr<std::string> body = http_.Get(url);
    heart_.Beat();
    Take(url, body);
    heart_.Rest();
  }
}

std::string KeySetKeeper::NextUrl() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    const auto first = std::min_element(
        sources_.begin(), sources_.end(),
        [](const auto& a, const auto& b) { return a.second.next < b.second.next; });
    if (first == sources_.end()) {
      cv_.Wait(lock);
      continue;
    }
    const MonotonicTime now = clock_.Monotonic();
    if (first->second.next <= now) return first->first;
    clock_.WaitFor(lock, cv_, std::chrono::ceil<milliseconds>(first->second.next - now));
  }
  return "";
}

void KeySetKeeper::Take(const std::string& url, const absl::StatusOr<std::string>& body) {
  std::function<void()> revoked;
  {
    MutexLock lock(mutex_);
    const auto found = sources_.find(url);
    if (found == sources_.end() || stopping_) return;
    Source& source = found->second;
    const absl::Status status = body.ok() ? Adopt(source, url, *body) : body.status();
    (status.ok() ? fetched_ : body.ok() ? unusable_ : failed_).Increment();
    const milliseconds wait = status.ok() ? kRefresh : source.retry;
    source.retry = status.ok() ? kFirstRetry : std::min(2 * source.retry, kLastRetry);
    source.next = clock_.Monotonic() + wait;
    source.is_tried = true;
    source.is_failing = !status.ok();
    CountFailing();
    if (status.ok()) {
      revoked = on_revocation_;
    } else {
      LogWarning(
          source.set.empty() ? "no key set yet; its tokens are refused"
                             : "key set not refreshed; the last one counts",
          {{"url", url}, {"error", status.message()}, {"retry_ms", absl::StrCat(wait.count())}});
    }
    cv_.NotifyAll();
  }
  if (revoked) revoked();
}

absl::Status KeySetKeeper::Adopt(Source& source, const std::string& url, const std::string& set) {
  config::FetchedKeySets sets = Sets();
  sets[url] = set;
  auto auths = BuildAuths(config_, sets);
  if (!auths.ok()) return auths.status();
  authenticator_.Reload(*std::move(auths));
  if (source.set != set) LogInfo("key set fetched", {{"url", url}});
  source.set = set;
  return absl::OkStatus();
}

void KeySetKeeper::Follow(const config::Config& config) {
  config_ = config;
  std::map<std::string, Source> sources;
  for (const std::string& url : UrlsOf(config)) {
    const auto known = sources_.find(url);
    sources[url] = known == sources_.end() ? Source{} : std::move(known->second);
  }
  sources_ = std::move(sources);
  CountFailing();
}

config::FetchedKeySets KeySetKeeper::Sets() const {
  config::FetchedKeySets sets;
  for (const auto& [url, source] : sources_) {
    if (!source.set.empty()) sets[url] = source.set;
  }
  return sets;
}

void KeySetKeeper::CountFailing() {
  failing_.Set(
      static_cast<double>(std::count_if(sources_.begin(), sources_.end(), [](const auto& entry) {
        return entry.second.is_failing;
      })));
}

}  // namespace presences::app
