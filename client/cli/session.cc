#include "client/cli/session.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/error_details.h"

namespace presences::cli {
namespace {

int CodeOf(const absl::Status& status) {
  if (absl::IsNotFound(status)) return kNotFound;
  if (absl::IsAborted(status) || absl::IsAlreadyExists(status)) return kConflict;
  return kRefused;
}

// What the client says about its options, in the words of the command line.
std::string InFlags(absl::string_view message) {
  const std::size_t colon = std::min(message.find(':'), message.size());
  const std::string names =
      absl::StrReplaceAll(message.substr(0, colon), {{"ca_file", "--tls_ca"},
                                                     {"cert_file", "--tls_cert"},
                                                     {"key_file", "--tls_key"},
                                                     {"api_key", "--key or PRESENCES_KEY"},
                                                     {"token", "--token or PRESENCES_TOKEN"},
                                                     {"project", "--project or PRESENCES_PROJECT"},
                                                     {"endpoint", "--endpoint"}});
  return absl::StrCat(names, message.substr(colon));
}

}  // namespace

void Session::AddOptions(CLI::App& app) {
  app.add_option("--endpoint", options_.endpoint, "Where the server is; https:// means TLS")
      ->envname("PRESENCES_ENDPOINT")
      ->capture_default_str();
  app.add_option("--project", options_.project, "The project; not needed if there is only one")
      ->envname("PRESENCES_PROJECT");
  app.add_option("--key", options_.api_key, "An API key")->envname("PRESENCES_KEY");
  app.add_option("--token", options_.token, "A user token (JWT)")->envname("PRESENCES_TOKEN");
  app.add_flag("--tls", options_.tls, "Use TLS");
  app.add_option("--tls_ca", options_.ca_file,
                 "PEM of who signed the server's certificate; default: whom this machine trusts")
      ->type_name("FILE")
      ->envname("PRESENCES_TLS_CA");
  app.add_option("--tls_cert", options_.cert_file, "PEM of this client's certificate")
      ->type_name("FILE")
      ->envname("PRESENCES_TLS_CERT");
  app.add_option("--tls_key", options_.key_file, "PEM of the key of --tls_cert")
      ->type_name("FILE")
      ->envname("PRESENCES_TLS_KEY");
  app.add_option("--timeout", timeout_seconds_, "Seconds that one call may take, retries included")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--output", output_, "How to answer; default: table on a terminal, else json")
      ->check(CLI::IsMember({"table", "json"}));
  app.add_option("--color", color_, "Colours; auto: on a terminal, unless NO_COLOR is set")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

bool Session::json() const { return output_.empty() ? !environment_.terminal : output_ == "json"; }

bool Session::colours() const {
  if (color_ != "auto") return color_ == "always";
  return environment_.terminal && environment_.variable("NO_COLOR").empty() &&
         environment_.variable("TERM") != "dumb";
}

absl::StatusOr<client::PresenceClient> Session::Open(client::RetryPolicy retry,
                                                     bool own_connection) const {
  client::ConnectOptions options = options_;
  options.own_connection = own_connection;
  retry.call_timeout = std::chrono::milliseconds(static_cast<std::int64_t>(timeout_seconds_ * 1e3));
  options.retry = retry;
  auto client = environment_.connect(options);
  if (client.ok()) return client;
  return absl::InvalidArgumentError(InFlags(client.status().message()));
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
  const std::string hint = unreachable ? UnreachableHint() : HintFor(status, reason);
  if (!hint.empty()) err() << "hint: " << hint << "\n";
  return unreachable ? kUnreachable : CodeOf(status);
}

std::string Session::UnreachableHint() const {
  const std::string found =
      environment_.diagnose
          ? environment_.diagnose(absl::StrCat(options_.tls ? "https://" : "", options_.endpoint))
          : std::string();
  return absl::StrCat(found, found.empty() ? "" : "; ",
                      "is presenced running there? Name another place with --endpoint or "
                      "PRESENCES_ENDPOINT; its gRPC address is in the line it prints when it is "
                      "ready");
}

std::string Session::HintFor(const absl::Status& status, const std::string& reason) const {
  const bool anonymous = options_.api_key.empty() && options_.token.empty();
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
  if (reason == "PRESENCE_REVISION_MISMATCH") return "read it again with get, and decide again";
  if (const auto wait = client::RetryDelayOf(status)) {
    return absl::StrCat("the server asks to wait ", wait->count(), " ms before the next attempt");
  }
  if (absl::IsUnimplemented(status)) return "this server does not offer that; a newer one may";
  return "";
}

}  // namespace presences::cli
