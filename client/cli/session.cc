#include "client/cli/session.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/error_details.h"

namespace presences::cli {

void Session::AddOptions(CLI::App& app) {
  app.add_option("--endpoint", options_.endpoint, "Where the server is; https:// means TLS")
      ->envname("PRESENCES_ENDPOINT")
      ->capture_default_str();
  app.add_option("--project", options_.project, "The project; not needed if there is only one")
      ->envname("PRESENCES_PROJECT");
  app.add_option("--key", options_.api_key, "An API key")->envname("PRESENCES_KEY");
  app.add_option("--token", options_.token, "A user token (JWT)")->envname("PRESENCES_TOKEN");
  app.add_flag("--tls", options_.tls, "Use TLS");
  app.add_option("--ca_file", options_.ca_file, "PEM of who signed the server's certificate");
  app.add_option("--cert_file", options_.cert_file, "PEM of this client's certificate");
  app.add_option("--key_file", options_.key_file, "PEM of the key of --cert_file");
  app.add_option("--timeout", timeout_seconds_, "Seconds that one call may take, retries included")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--output", output_, "table or json; default: table on a terminal, else json")
      ->check(CLI::IsMember({"table", "json"}));
}

bool Session::json() const { return output_.empty() ? !environment_.terminal : output_ == "json"; }

absl::StatusOr<client::PresenceClient> Session::Open(client::RetryPolicy retry) const {
  client::ConnectOptions options = options_;
  retry.call_timeout = std::chrono::milliseconds(static_cast<std::int64_t>(timeout_seconds_ * 1e3));
  options.retry = retry;
  return environment_.connect(options);
}

int Session::ReportUsage(absl::string_view message) const {
  err() << "error: " << message << "\n";
  return kUsage;
}

int Session::Report(const absl::Status& status) const {
  if (status.ok()) return kOk;
  const std::string reason = client::ReasonOf(status);
  const bool unreachable =
      reason.empty() && (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status));
  err() << "error: ";
  if (unreachable) err() << "cannot reach " << options_.endpoint << ": ";
  err() << status.message() << " ("
        << (reason.empty() ? absl::StatusCodeToString(status.code()) : reason) << ")\n";
  const std::string hint = HintFor(status, reason);
  if (!hint.empty()) err() << "hint: " << hint << "\n";
  return unreachable ? kUnreachable : kRefused;
}

std::string Session::HintFor(const absl::Status& status, const std::string& reason) const {
  const bool anonymous = options_.api_key.empty() && options_.token.empty();
  if (reason.empty() && (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status))) {
    return "is presenced running there? Name another place with --endpoint or PRESENCES_ENDPOINT; "
           "its gRPC address is in the line it prints when it is ready";
  }
  if (reason == "PROJECT_NOT_FOUND") return "name the project with --project or PRESENCES_PROJECT";
  if (absl::IsUnauthenticated(status) && anonymous) {
    return "say who you are with --key or PRESENCES_KEY, or with --token or PRESENCES_TOKEN";
  }
  if (absl::IsUnauthenticated(status)) {
    return options_.api_key.empty()
               ? "look into the token with: presencectl token inspect"
               : "check that --key or PRESENCES_KEY is a key of this project, and whole";
  }
  if (reason == "GENERAL_BAD_REQUEST" && !options_.api_key.empty()) {
    return "an API key acts for a user: name the owner with --user";
  }
  if (absl::IsUnimplemented(status)) return "this server does not offer that; a newer one may";
  return "";
}

}  // namespace presences::cli
