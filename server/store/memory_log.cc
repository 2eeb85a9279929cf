// The engine that keeps nothing: what the State holds is all there is.
#include <random>

#include "server/store/log.h"

namespace presences::store {
namespace {

class MemoryLog final : public Log {
 public:
  absl::StatusOr<LogHead> Load(std::uint32_t, const std::function<void(PresencePtr)>&) override {
    return LogHead{0, epoch_};
  }
  absl::Status Append(absl::Span<const LogEntry>) override { return absl::OkStatus(); }
  bool blocks() const override { return false; }
  absl::Status Close() override { return absl::OkStatus(); }

 private:
  const std::uint64_t epoch_ = NewEpoch();
};

}  // namespace

std::uint64_t NewEpoch() {
  std::random_device random;
  return ((std::uint64_t{random()} << 32) | random()) | 1;
}

std::unique_ptr<Log> MakeMemoryLog() { return std::make_unique<MemoryLog>(); }

}  // namespace presences::store
