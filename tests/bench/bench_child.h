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
  // Closes its stdin, or sends SIGTERM, and waits for it.
  ~BenchChild();
  BenchChild(const BenchChild&) = delete;
  BenchChild& operator=(const BenchChild&) = delete;

  // For programs that do not look at stdin.
  void EndBySignal() { end_by_signal_ = true; }
  // The words of its first line.
  const std::vector<std::string>& words() const { return words_; }
  // User and system time so far, in microseconds.
  double CpuMicros() const;
  // Resident memory, in bytes.
  double ResidentBytes() const;

 private:
  pid_t pid_ = -1;
  int stdin_ = -1;
  bool end_by_signal_ = false;
  std::vector<std::string> words_;
};

double Median(std::vector<double> values);

}  // namespace presences::bench
