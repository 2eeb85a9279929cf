#include "server/app/health_monitor.h"

#include <chrono>
#include <utility>

#include "server/base/log.h"

namespace presences::app {
namespace {

constexpr std::chrono::milliseconds kPeriod{200};
constexpr std::chrono::seconds kProbePeriod{1};

}  // namespace

HealthMonitor::HealthMonitor(const Health& health, gateway::GrpcServer& grpc,
                             Heartbeats& heartbeats, Clock& clock)
    : health_(health),
      grpc_(grpc),
      clock_(clock),
      heart_(heartbeats.Add("health")),
      thread_("health", [this] { Loop(); }) {}

HealthMonitor::~HealthMonitor() { Stop(); }

void HealthMonitor::Look() {
  const ops::Checks readiness = health_.Readiness();
  gateway::GrpcServer::Serving serving;
  serving.overall = ops::AllPass(readiness);
  serving.presences = serving.overall;
  // Watching needs no disk: who follows here misses nothing, and should not be sent away.
  serving.realtime = health_.phase() == Health::Phase::kServing && ops::AllPass(health_.Liveness());
  grpc_.SetServing(serving);
  std::string problems = ops::ProblemsOf(readiness);
  if (problems != problems_) {
    problems_ = std::move(problems);
    if (problems_.empty()) {
      LogInfo("ready");
    } else {
      LogWarning("not ready", {{"reason", problems_}});
    }
  }
  if (const MonotonicTime now = clock_.Monotonic(); now >= next_probe_) {
    next_probe_ = now + kProbePeriod;
    grpc_.Probe();
  }
}

void HealthMonitor::Loop() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    heart_.Beat();
    const std::uint64_t round = wanted_;
    lock.Unlock();
    Look();
    lock.Lock();
    done_ = round;
    looked_.NotifyAll();
    if (wanted_ == done_ && !stopping_) clock_.WaitFor(lock, cv_, kPeriod);
  }
  heart_.Rest();
  looked_.NotifyAll();
}

void HealthMonitor::Refresh() {
  MutexLock lock(mutex_);
  const std::uint64_t round = ++wanted_;
  cv_.NotifyAll();
  while (done_ < round && !stopping_) looked_.Wait(lock);
}

void HealthMonitor::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    cv_.NotifyAll();
  }
  thread_.Join();
}

}  // namespace presences::app
