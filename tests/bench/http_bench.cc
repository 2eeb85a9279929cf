// What our JSON PUT costs beside an echo of the same request by bare Beast (design 7): one server
// process with both, one client process, rounds that alternate, medians.
//   http_bench [--rounds=N] [--seconds=S]
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/gateway/http/http_server.h"
#include "tests/bench/beast_echo.h"
#include "tests/bench/http_bench_client.h"
#include "tests/support/gateway/memory_stack.h"

namespace presences::bench {
namespace {

constexpr int kConnections = 64;
constexpr int kRecords = 10'000;

struct Ports {
  std::uint16_t presences = 0;
  std::uint16_t echo = 0;
};

// The server process: serves until its end of the pipe is closed.
[[noreturn]] void Serve(int ready, int stop) {
  testing::MemoryStack stack(Clock::System());
  gateway::HttpServer::Options options;
  options.address = "127.0.0.1:0";
  options.threads = 1;
  options.only_project = "demo";
  auto server = gateway::HttpServer::Start(
      options, {stack.presences(), stack.realtime(), stack.authenticator(), stack.origins(),
                Clock::System(), Metrics::None()});
  if (!server.ok()) std::exit(1);
  BeastEcho echo;
  Ports ports;
  int port = 0;
  const std::string address = (*server)->address();
  if (!absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port)) std::exit(1);
  ports.presences = static_cast<std::uint16_t>(port);
  ports.echo = echo.port();
  if (::write(ready, &ports, sizeof ports) != sizeof ports) std::exit(1);
  char byte;
  while (::read(stop, &byte, 1) > 0) {
  }
  std::_Exit(0);
}

std::vector<std::string> Requests() {
  std::vector<std::string> requests;
  for (int i = 0; i < kRecords; ++i) {
    const std::string body =
        absl::StrCat("{\"userId\":\"user-", i,
                     "\",\"status\":\"online\",\"permissions\":[\"read(\\\"users\\\")\"],",
                     "\"metadata\":{\"page\":\"/dashboard\",\"cursor\":[120,340],\"device\":\"",
                     std::string(120, 'x'), "\"}}");
    requests.push_back(absl::StrCat("PUT /v1/presences/presence-", i,
                                    " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                    "Content-Type: application/json\r\n"
                                    "X-Appwrite-Project: demo\r\nX-Appwrite-Key: ",
                                    testing::kServerKey, "\r\nContent-Length: ", body.size(),
                                    "\r\n\r\n", body));
  }
  return requests;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double CpuMicros(pid_t process) {
  clockid_t clock;
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

struct Series {
  std::vector<double> per_second;
  std::vector<double> cpu_micros;
  double refused = 0;

  void Measure(HttpBenchClient& client, const std::vector<std::string>& requests, pid_t server,
               std::chrono::milliseconds window) {
    const double before = CpuMicros(server);
    const HttpBenchClient::Result result = client.Run(requests, window);
    per_second.push_back(result.answers / result.seconds);
    cpu_micros.push_back((CpuMicros(server) - before) / result.answers);
    refused += result.refused;
  }
};

void Measure(const Ports& ports, pid_t server, int rounds, std::chrono::milliseconds window) {
  const std::vector<std::string> requests = Requests();
  HttpBenchClient to_presences(ports.presences, kConnections);
  HttpBenchClient to_echo(ports.echo, kConnections);
  Series warm_up;
  warm_up.Measure(to_presences, requests, server, window);
  warm_up.Measure(to_echo, requests, server, window);
  Series puts;
  Series echoes;
  for (int i = 0; i < rounds; ++i) {
    echoes.Measure(to_echo, requests, server, window);
    puts.Measure(to_presences, requests, server, window);
  }
  const double put = Median(puts.per_second);
  const double echo = Median(echoes.per_second);
  const double put_cpu = Median(puts.cpu_micros);
  const double echo_cpu = Median(echoes.cpu_micros);
  std::printf(
      "{\"bench\":\"http_put_vs_beast_echo\",\"ratio\":%.2f,\"floor\":0.50,\"aim\":0.80,"
      "\"put_per_s\":%.0f,\"echo_per_s\":%.0f,\"put_cpu_us\":%.2f,\"echo_cpu_us\":%.2f,"
      "\"cpu_ratio\":%.2f,\"rounds\":%d,\"refused\":%.0f}\n",
      put / echo, put, echo, put_cpu, echo_cpu, echo_cpu / put_cpu, rounds, puts.refused);
}

int Argument(int argc, char** argv, const char* name, int otherwise) {
  for (int i = 1; i < argc; ++i) {
    const std::size_t size = std::strlen(name);
    if (std::strncmp(argv[i], name, size) == 0) return std::atoi(argv[i] + size);
  }
  return otherwise;
}

int Main(int argc, char** argv) {
  const int rounds = std::max(5, Argument(argc, argv, "--rounds=", 5));
  const int seconds = std::max(1, Argument(argc, argv, "--seconds=", 1));
  int ready[2];
  int stop[2];
  if (::pipe(ready) != 0 || ::pipe(stop) != 0) return 1;
  const pid_t server = ::fork();
  if (server == 0) {
    ::close(stop[1]);
    Serve(ready[1], stop[0]);
  }
  ::close(ready[1]);
  Ports ports;
  if (::read(ready[0], &ports, sizeof ports) != sizeof ports) return 1;
  Measure(ports, server, rounds, std::chrono::seconds(seconds));
  ::close(stop[1]);
  ::waitpid(server, nullptr, 0);
  return 0;
}

}  // namespace
}  // namespace presences::bench

int main(int argc, char** argv) { return presences::bench::Main(argc, argv); }
