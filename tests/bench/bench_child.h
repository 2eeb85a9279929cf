// BenchChild: a server process of a measurement, with its CPU time.
//
// Threads: one at a time.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace presences::bench {

class BenchChild {
 public:
  // Starts the program and reads its first line; exits the process when that fails.
  explicit BenchChild(const std::vector<std::string>& command);
  // Closes its stdin and waits for it.
  ~BenchChild();
  BenchChild(const BenchChild&) = delete;
  BenchChild& operator=(const BenchChild&) = delete;

  // The words of its first line.
  const std::vector<std::string>& words() const { return words_; }
  // User and system time so far, in microseconds.
  double CpuMicros() const;
  // Resident memory, in bytes.
  double ResidentBytes() const;

 private:
  pid_t pid_ = -1;
  int stdin_ = -1;
  std::vector<std::string> words_;
};

double Median(std::vector<double> values);

}  // namespace presences::bench
