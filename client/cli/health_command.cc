#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <memory>

#include "client/cli/commands.h"

namespace presences::cli {
namespace {

absl::string_view Name(client::Health health) {
  switch (health) {
    case client::Health::kServing:
      return "serving";
    case client::Health::kNotServing:
      return "not serving";
    case client::Health::kServiceUnknown:
      return "no such service";
    case client::Health::kUnknown:
      return "unknown";
  }
  return "";
}

}  // namespace

void AddHealth(CLI::App& app, Session& session) {
  auto service = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("health", "Asks whether the server serves; 0: yes, 1: no, 3: no answer");
  command->add_option("service", *service,
                      "A service, e.g. presences.v1.Presences; default: the whole server");
  command->callback([&session, service] {
    session.SetCommand([&session, service] {
      const auto client = session.Open({.max_attempts = 1});
      if (!client.ok()) return session.ReportUsage(client.status().message());
      const auto health = client->CheckHealth(*service);
      if (!health.ok()) return session.Report(health.status());
      if (session.json()) {
        session.out() << "{\"status\":\"" << Name(*health) << "\"}\n";
      } else {
        session.out() << Name(*health) << "\n";
      }
      return *health == client::Health::kServing ? kOk : kRefused;
    });
  });
}

}  // namespace presences::cli
