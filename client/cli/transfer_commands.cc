// export and import: all presences as NDJSON.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/duration.h"
#include "client/cli/import_lines.h"
#include "client/cli/presence_json.h"
#include "client/cli/query_options.h"
#include "client/presence_view.h"

namespace presences::cli {
namespace {

// The server takes 1000 records and 8 MiB in one call.
constexpr std::size_t kBatchRecords = 500;
constexpr std::size_t kBatchBytes = 4 * 1024 * 1024;

// One consistent picture: the state a subscription begins with. Pages of a list could miss
// records that come and go between them.
absl::Status Export(const Session& session, const client::PresenceClient& client,
                    const QueryOptions& queries) {
  const auto stream = client.Subscribe({.queries = queries.Texts()});
  client::PresenceView view;
  while (!view.is_current()) {
    const auto event = stream->Next();
    if (!event.ok()) return event.status();
    view.Apply(*event);
  }
  for (const client::Presence& presence : view.Records()) session.out() << ToJson(presence) << "\n";
  session.err() << view.size() << " presences exported\n";
  return absl::OkStatus();
}

struct ImportOptions {
  std::string file;
  std::string ttl;
};

class Importer {
 public:
  Importer(const Session& session, const client::PresenceClient& client,
           const ImportOptions& options)
      : session_(session), client_(client), ttl_(ParseDuration(options.ttl)) {}

  // A failure ends the import; lines that are refused are counted and do not.
  absl::Status Import(std::istream& in) {
    std::string text;
    for (int line = 1; std::getline(in, text); ++line) {
      if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
      absl::StatusOr<client::PresenceUpsert> upsert = ParseImportLine(text);
      if (!upsert.ok()) {
        Refuse(line, upsert.status());
        continue;
      }
      if (ttl_) upsert->expires_at = session_.clock().Now() + *ttl_;
      batch_.push_back(*std::move(upsert));
      lines_.push_back(line);
      bytes_ += text.size();
      if (batch_.size() < kBatchRecords && bytes_ < kBatchBytes) continue;
      if (auto status = Flush(); !status.ok()) return status;
    }
    return Flush();
  }

  std::size_t imported() const { return imported_; }
  std::size_t refused() const { return refused_; }

 private:
  absl::Status Flush() {
    if (batch_.empty()) return absl::OkStatus();
    const auto results = client_.BatchUpsert(batch_);
    if (!results.ok()) return results.status();
    for (std::size_t i = 0; i < results->size() && i < lines_.size(); ++i) {
      if ((*results)[i].ok()) {
        ++imported_;
      } else {
        Refuse(lines_[i], (*results)[i].status());
      }
    }
    batch_.clear();
    lines_.clear();
    bytes_ = 0;
    return absl::OkStatus();
  }

  void Refuse(int line, const absl::Status& why) {
    ++refused_;
    session_.err() << "line " << line << ": ";
    session_.Report(why);
  }

  const Session& session_;
  const client::PresenceClient& client_;
  const std::optional<std::chrono::milliseconds> ttl_;
  std::vector<client::PresenceUpsert> batch_;
  std::vector<int> lines_;
  std::size_t bytes_ = 0;
  std::size_t imported_ = 0;
  std::size_t refused_ = 0;
};

int Import(const Session& session, const ImportOptions& options) {
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file);
    if (!file) return session.ReportUsage(absl::StrCat("file: cannot read ", options.file));
  }
  const auto client = session.Open();
  if (!client.ok()) return session.ReportUsage(client.status().message());
  Importer importer(session, *client, options);
  const absl::Status status = importer.Import(options.file == "-" ? session.in() : file);
  session.err() << importer.imported() << " presences imported, " << importer.refused()
                << " refused\n";
  if (!status.ok()) return session.Report(status);
  return importer.refused() == 0 ? kOk : kRefused;
}

}  // namespace

void AddExport(CLI::App& app, Session& session) {
  auto queries = std::make_shared<QueryOptions>();
  CLI::App* command =
      app.add_subcommand("export", "Writes every presence it may see, one JSON object a line");
  queries->AddTo(*command);
  command->callback([&session, queries] {
    session.SetCommand([&session, queries] {
      return WithClient(session, [&](const client::PresenceClient& client) {
        return Export(session, client, *queries);
      });
    });
  });
}

void AddImport(CLI::App& app, Session& session) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = app.add_subcommand(
      "import", "Upserts one presence per line, as export writes them; needs an API key");
  command->add_option("file", options->file, "The file; -: standard input")
      ->type_name("FILE")
      ->default_val("-");
  command->add_option("--ttl", options->ttl, "Let all of them end after e.g. 5m instead")
      ->type_name("DURATION")
      ->check(DurationError);
  command->callback([&session, options] {
    session.SetCommand([&session, options] { return Import(session, *options); });
  });
}

}  // namespace presences::cli
