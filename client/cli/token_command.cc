// token mint and token inspect.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "client/cli/commands.h"
#include "client/cli/duration.h"
#include "client/cli/token_report.h"
#include "client/cli/token_secret.h"
#include "client/cli/token_text.h"
#include "server/auth/token_verifier.h"

namespace presences::cli {
namespace {

struct MintOptions {
  TokenSecret secret;
  std::string key_id;
  std::string ttl = "1h";
  TokenFacts facts;
};

int Mint(const Session& session, const MintOptions& options) {
  auto secret = options.secret.Read();
  if (!secret.ok()) return session.ReportUsage(secret.status().message());
  const auth::TokenConfig config{.id = options.key_id, .secret = *std::move(secret)};
  TokenFacts facts = options.facts;
  facts.project = session.options().project;
  const TimePoint now = session.clock().Now();
  session.out() << auth::MintToken(config,
                                   ClaimsJson(facts, now, now + *ParseDuration(options.ttl)))
                << "\n";
  return kOk;
}

void AddMint(CLI::App& token, Session& session) {
  auto options = std::make_shared<MintOptions>();
  CLI::App* mint = token.add_subcommand(
      "mint", "Makes a user token, signed with HS256; says nothing but the token");
  options->secret.AddTo(*mint);
  mint->add_option("--user", options->facts.user, "The user")->required();
  mint->add_option("--ttl", options->ttl, "Valid for e.g. 15m, 1h")
      ->type_name("DURATION")
      ->check(DurationError)
      ->capture_default_str();
  mint->add_option("--team", options->facts.teams,
                   "TEAM or TEAM:ROLE,ROLE: a team the user is in; repeatable")
      ->allow_extra_args(false);
  mint->add_option("--label", options->facts.labels, "A label of the user; repeatable")
      ->allow_extra_args(false);
  mint->add_option("--name", options->facts.name, "The user's name");
  mint->add_flag("--verified", options->facts.verified, "The user has a verified address");
  mint->add_option("--issuer", options->facts.issuer, "Claim iss, if the server asks for one");
  mint->add_option("--audience", options->facts.audience, "Claim aud, if the server asks for one");
  mint->add_option("--key_id", options->key_id, "The id of the server's token entry (kid)");
  mint->callback([&session, options] {
    session.SetCommand([&session, options] { return Mint(session, *options); });
  });
}

struct InspectOptions {
  std::string token;
  TokenSecret secret;
};

int Inspect(const Session& session, const InspectOptions& options) {
  const std::string token(
      absl::StripAsciiWhitespace(options.token.empty() ? session.options().token : options.token));
  if (token.empty()) return session.ReportUsage("token: give one, or set PRESENCES_TOKEN");
  std::optional<std::string> secret;
  if (options.secret.given()) {
    auto read = options.secret.Read();
    if (!read.ok()) return session.ReportUsage(read.status().message());
    secret = *std::move(read);
  }
  const TimePoint now = session.clock().Now();
  const auto report = ReportOn(token, secret, now);
  if (!report.ok()) return session.ReportUsage(report.status().message());
  session.out() << (session.json() ? TokenJson(*report) : TokenTable(*report, now));
  if (!secret) {
    session.err() << "note: the signature was not checked; anybody can write such a token\n";
  }
  if (!report->parts.expires_at) {
    session.err() << "warning: it has no expiry (claim exp); the server refuses it\n";
  } else if (report->expired) {
    session.err() << "warning: it expired " << ShortDuration(now - *report->parts.expires_at)
                  << " ago, at " << MomentText(*report->parts.expires_at) << "\n";
  }
  return kOk;
}

void AddInspect(CLI::App& token, Session& session) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* inspect = token.add_subcommand(
      "inspect", "Shows what a token says, and which roles its claims give; needs no server");
  inspect->add_option("jwt", options->token, "The token; default: PRESENCES_TOKEN");
  options->secret.AddTo(*inspect);
  inspect->callback([&session, options] {
    session.SetCommand([&session, options] { return Inspect(session, *options); });
  });
}

}  // namespace

void AddToken(CLI::App& app, Session& session) {
  CLI::App* token = app.add_subcommand("token", "Makes and reads user tokens");
  token->require_subcommand(1);
  AddMint(*token, session);
  AddInspect(*token, session);
}

}  // namespace presences::cli
