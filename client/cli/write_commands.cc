// upsert, update and delete.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <memory>

#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/write_options.h"

namespace presences::cli {

void AddUpsert(CLI::App& app, Session& session) {
  auto options = std::make_shared<WriteOptions>();
  CLI::App* command =
      app.add_subcommand("upsert", "Creates a presence, or replaces it whole, and shows it");
  options->AddTo(*command);
  command->get_option("--status")->required();
  command->callback([&session, options] {
    session.SetCommand([&session, options] {
      return WithClient(session, [&](const client::PresenceClient& client) {
        const auto presence = client.Upsert(options->ToUpsert(session.clock().Now()));
        if (presence.ok()) Show(session, *presence);
        return presence.status();
      });
    });
  });
}

void AddUpdate(CLI::App& app, Session& session) {
  auto options = std::make_shared<WriteOptions>();
  auto purge = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("update", "Changes the given fields of a presence, and shows it");
  options->AddTo(*command);
  command->add_flag("--purge", *purge, "Empty the project's list cache, too");
  command->callback([&session, options, purge] {
    session.SetCommand([&session, options, purge] {
      return WithClient(session, [&](const client::PresenceClient& client) {
        client::PresenceUpdate update = options->ToUpdate(session.clock().Now());
        update.purge = *purge;
        const auto presence = client.Update(update);
        if (presence.ok()) Show(session, *presence);
        return presence.status();
      });
    });
  });
}

void AddDelete(CLI::App& app, Session& session) {
  struct Options {
    std::string id;
    std::optional<std::int64_t> if_revision;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("delete", "Deletes a presence");
  command->add_option("presenceId", options->id, "The presence")->required();
  command->add_option("--if_revision", options->if_revision, "Only if it is at this revision");
  command->callback([&session, options] {
    session.SetCommand([&session, options] {
      return WithClient(session, [&](const client::PresenceClient& client) {
        return client.Delete(options->id, options->if_revision);
      });
    });
  });
}

}  // namespace presences::cli
