#include "server/app/command_line.h"

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/app/version.h"

ABSL_FLAG(std::string, config, "", "The YAML configuration file.");
ABSL_FLAG(bool, dev, false,
          "Serve one project `demo` on loopback with a key and secret made on first start.");
ABSL_FLAG(std::string, data_dir, "",
          "Where --dev keeps its data, key and secret; overrides storage.embedded.path otherwise.");
ABSL_FLAG(std::string, grpc_address, "", "host:port for gRPC; port 0 is any free port.");
ABSL_FLAG(std::string, http_address, "", "host:port for HTTP and WebSocket.");
ABSL_FLAG(std::string, metrics_address, "", "host:port for /metrics, /livez, /readyz, /statusz.");
ABSL_FLAG(bool, check_config, false,
          "Validate the configuration, print every error with its path, exit 0 or 2.");
ABSL_FLAG(bool, print_config, false, "Print the effective configuration, secrets redacted.");
ABSL_FLAG(bool, print_metrics, false, "Print what each metric means, in Markdown.");
ABSL_FLAG(std::string, log_format, "", "json or text; text is the default on a terminal.");

namespace presences::app {
namespace {

constexpr char kHelp[] =
    R"(presenced: answers "who is here right now" over gRPC.

  presenced --dev            try it on this machine
  presenced --config=FILE    serve what the file says

  --config=FILE              the YAML configuration
  --dev                      one project `demo` on loopback; key and secret are made on first start
  --data_dir=DIR             where --dev keeps data, key and secret (default ./presences-data);
                             with --config, overrides storage.embedded.path
  --grpc_address=HOST:PORT   overrides server.grpc.address; port 0 is any free port
  --http_address=HOST:PORT   overrides server.http.address
  --metrics_address=HOST:PORT  overrides server.metrics.address
  --check_config             validate, print every error with its path, exit 0 or 2
  --print_config             print the effective configuration, secrets redacted
  --print_metrics            print what each metric means (docs/metrics.md)
  --log_format=json|text     overrides server.log.format; text is the default on a terminal
  --version, --help

Exit codes: 0 ok, 2 bad flags or configuration, 3 cannot listen, 4 storage cannot be opened.
SIGTERM, SIGINT: drain and stop. SIGHUP: read keys, tokens, origins, limits, log settings and
TLS files of the configuration again; all or none.
)";

// Abseil ends the process with 1 on a bad flag; while this is set, that becomes our 2.
bool g_parsing = false;

[[noreturn]] void PrintAndExit(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::exit(0);
}

std::optional<std::string> Given(const std::string& value) {
  if (value.empty()) return std::nullopt;
  return value;
}

}  // namespace

CommandLine ParseCommandLine(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const absl::string_view word = argv[i];
    if (word == "--version" || word == "-version")
      PrintAndExit(absl::StrCat("presenced ", kVersion, "\n"));
    if (word == "--help" || word == "-help" || word == "-h") PrintAndExit(kHelp);
  }
  g_parsing = true;
  std::atexit([] {
    if (!g_parsing) return;
    std::fflush(nullptr);
    std::_Exit(2);
  });
  const std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  g_parsing = false;
  if (rest.size() > 1) {
    std::fprintf(stderr, "presenced: '%s' is no flag; see presenced --help\n", rest[1]);
    std::exit(2);
  }
  CommandLine line;
  line.config = absl::GetFlag(FLAGS_config);
  line.dev = absl::GetFlag(FLAGS_dev);
  line.data_dir = absl::GetFlag(FLAGS_data_dir);
  line.data_dir_given = !line.data_dir.empty();
  if (line.data_dir.empty()) line.data_dir = "./presences-data";
  line.grpc_address = Given(absl::GetFlag(FLAGS_grpc_address));
  line.http_address = Given(absl::GetFlag(FLAGS_http_address));
  line.metrics_address = Given(absl::GetFlag(FLAGS_metrics_address));
  line.check_config = absl::GetFlag(FLAGS_check_config);
  line.print_config = absl::GetFlag(FLAGS_print_config);
  line.print_metrics = absl::GetFlag(FLAGS_print_metrics);
  line.log_format = absl::GetFlag(FLAGS_log_format);
  return line;
}

}  // namespace presences::app
