// BenchPlan: what bench is asked to do.
//
// Threads: plain data.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "client/presence_client.h"

namespace presences::cli {

struct BenchPlan {
  std::string workload = "upsert";
  std::string duration = "5s";
  double rate = 0;
  int in_flight = 16;
  int connections = 1;
  int records = 1000;
  int batch_size = 100;
  int watchers = 10;
  std::string user = {};
  std::string report = {};  // a file
  bool keep = false;
};

using Connections = std::vector<client::PresenceClient>;

}  // namespace presences::cli
