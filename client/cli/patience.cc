#include "client/cli/patience.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/cli/duration.h"

namespace presences::cli {
namespace {

constexpr char kForever[] = "forever";

}  // namespace

void Patience::AddTo(CLI::App& command) {
  command
      .add_option("--retry_for", retry_for_,
                  "Give up when no server has been found for so long, e.g. 30s; forever: never")
      ->type_name("DURATION")
      ->check([](const std::string& text) { return text == kForever ? "" : DurationError(text); })
      ->capture_default_str();
}

client::RetryPolicy Patience::Policy() const {
  client::RetryPolicy policy = Session::ForPeople();
  if (const auto limit = ParseDuration(retry_for_)) policy.give_up_after = *limit;
  return policy;
}

client::ReconnectCallback Patience::Notes(const Session& session) {
  return [&session](const absl::Status& why, std::chrono::milliseconds wait) {
    session.err() << "note: connecting again in " << wait.count() << " ms: " << why.message()
                  << "\n";
  };
}

}  // namespace presences::cli
