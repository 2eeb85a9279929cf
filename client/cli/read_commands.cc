// get, list and count.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/query_options.h"

namespace presences::cli {
namespace {

struct ListOptions {
  QueryOptions queries;
  std::optional<std::uint32_t> limit;
  std::optional<std::uint32_t> offset;
  std::string after;
  std::vector<std::string> order;
  std::int32_t cache_seconds = 0;

  void AddTo(CLI::App& command) {
    queries.AddTo(command);
    command.add_option("--limit", limit, "At most so many; the server's default is 25");
    command.add_option("--offset", offset, "Pass over so many");
    command.add_option("--after", after, "Begin behind this presence, in the same order");
    command
        .add_option("--order", order,
                    "Order by an attribute; -ATTRIBUTE for falling, e.g. --order=-$updatedAt; "
                    "repeatable")
        ->allow_extra_args(false);
    command.add_option("--ttl", cache_seconds, "Accept an answer that is so many seconds old");
  }

  std::vector<std::string> Texts() const {
    std::vector<std::string> texts = queries.Texts();
    for (const std::string& text : order) {
      absl::string_view attribute = text;
      const bool falling = absl::ConsumePrefix(&attribute, "-");
      texts.push_back(QueryText(falling ? "orderDesc" : "orderAsc", attribute, {}));
    }
    if (limit) texts.push_back(QueryText("limit", "", {absl::StrCat(*limit)}));
    if (offset) texts.push_back(QueryText("offset", "", {absl::StrCat(*offset)}));
    if (!after.empty()) texts.push_back(QueryText("cursorAfter", "", {Quoted(after)}));
    return texts;
  }
};

}  // namespace

void AddGet(CLI::App& app, Session& session) {
  auto id = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("get", "Shows one presence");
  command->add_option("presenceId", *id, "The presence")->required();
  command->callback([&session, id] {
    session.SetCommand([&session, id] {
      return WithClient(session, [&](const client::PresenceClient& client) {
        const auto presence = client.Get(*id);
        if (presence.ok()) Show(session, *presence);
        return presence.status();
      });
    });
  });
}

void AddList(CLI::App& app, Session& session) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("list", "Lists presences, page by page");
  options->AddTo(*command);
  command->callback([&session, options] {
    session.SetCommand([&session, options] {
      return WithClient(session, [&](const client::PresenceClient& client) {
        const auto list =
            client.List({.queries = options->Texts(), .cache_seconds = options->cache_seconds});
        if (list.ok()) Show(session, *list);
        return list.status();
      });
    });
  });
}

void AddCount(CLI::App& app, Session& session) {
  auto queries = std::make_shared<QueryOptions>();
  auto group_by = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("count", "Counts presences");
  queries->AddTo(*command);
  command->add_option("--group_by", *group_by,
                      "Count per status, userId or indexed metadata path, e.g. metadata.page");
  command->callback([&session, queries, group_by] {
    session.SetCommand([&session, queries, group_by] {
      return WithClient(session, [&](const client::PresenceClient& client) {
        const auto count = client.Count({.queries = queries->Texts(), .group_by = *group_by});
        if (count.ok()) Show(session, *count);
        return count.status();
      });
    });
  });
}

}  // namespace presences::cli
