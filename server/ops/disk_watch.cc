#include "server/ops/disk_watch.h"

#include <sys/statvfs.h>

#include <chrono>
#include <utility>

namespace presences::ops {
namespace {

constexpr std::chrono::seconds kPeriod{5};

const MetricFamily kFree{MetricType::kGauge, "presences_storage_disk_free_bytes", "",
                         "Room that the server may still use on the file system of its data, in "
                         "bytes; looked up every 5 s."};
const MetricFamily kSize{MetricType::kGauge, "presences_storage_disk_size_bytes", "",
                         "Size of the file system that holds the data, in bytes."};

}  // namespace

DiskWatch::DiskWatch(std::string path, Clock& clock, Metrics& metrics, Heartbeats& heartbeats)
    : path_(std::move(path)),
      clock_(clock),
      free_(metrics.GetGauge(kFree)),
      size_(metrics.GetGauge(kSize)),
      heart_(heartbeats.Add("disk")) {
  Look();  // no scrape finds a disk of nothing
  thread_ = Thread("disk", [this] { Loop(); });
}

DiskWatch::~DiskWatch() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  cv_.NotifyAll();
}

void DiskWatch::Look() {
  struct statvfs disk;
  const Heartbeat::AtDevice wait(heart_);
  if (::statvfs(path_.c_str(), &disk) != 0) return;
  free_.Set(static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize));
  size_.Set(static_cast<double>(disk.f_blocks) * static_cast<double>(disk.f_frsize));
}

void DiskWatch::Loop() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    heart_.Beat();
    clock_.WaitFor(lock, cv_, kPeriod);
    if (stopping_) break;
    lock.Unlock();
    Look();
    lock.Lock();
  }
  heart_.Rest();
}

}  // namespace presences::ops
