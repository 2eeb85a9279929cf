// Records by the hundred thousand: writing them, and hearing them expire.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "presences/v1/presences.pb.h"

namespace presences::bench {

std::int64_t NowMillis();  // wall clock
void SetExpiry(std::int64_t millis, v1::UpsertPresenceRequest& request);

// Writes request(i) for i < count, a thousand a call; exits the process when one is refused.
void Fill(const std::string& address, int count,
          const std::function<v1::UpsertPresenceRequest(int i)>& request);

struct Lateness {
  std::vector<double> millis;  // ascending, one per record that was heard; below 0: early
  int resets = 0;              // the measurement ends at the first: then some were not heard
};
// Hears `count` records expire.
Lateness HearExpiries(const std::string& address, int count);

}  // namespace presences::bench
