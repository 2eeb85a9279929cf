// token mint and token inspect.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <fstream>
#include <iterator>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/duration.h"
#include "client/cli/token_text.h"
#include "server/auth/token_verifier.h"

namespace presences::cli {
namespace {

struct MintOptions {
  std::string secret;
  std::string secret_file;
  std::string key_id;
  std::string ttl = "1h";
  TokenFacts facts;
};

int Mint(const Session& session, const MintOptions& options) {
  auth::TokenConfig config{.id = options.key_id, .secret = options.secret};
  if (!options.secret_file.empty()) {
    std::ifstream file(options.secret_file, std::ios::binary);
    config.secret.assign(std::istreambuf_iterator<char>(file), {});
    if (!file) {
      return session.ReportUsage(absl::StrCat("--secret_file: cannot read ", options.secret_file));
    }
    // As the server reads it.
    if (!config.secret.empty() && config.secret.back() == '\n') config.secret.pop_back();
    if (!config.secret.empty() && config.secret.back() == '\r') config.secret.pop_back();
  }
  if (config.secret.empty()) {
    return session.ReportUsage("--secret or --secret_file: one is needed, and not empty");
  }
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
  CLI::Option* secret = mint->add_option("--secret", options->secret, "The secret");
  mint->add_option("--secret_file", options->secret_file, "The file that holds the secret")
      ->excludes(secret);
  mint->add_option("--user", options->facts.user, "The user")->required();
  mint->add_option("--ttl", options->ttl, "Valid for e.g. 15m, 1h")
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

int Inspect(const Session& session, const std::string& given) {
  const std::string token(
      absl::StripAsciiWhitespace(given.empty() ? session.options().token : given));
  if (token.empty()) {
    return session.ReportUsage("token: give one, or set PRESENCES_TOKEN");
  }
  const auto parts = TakeApart(token);
  if (!parts.ok()) return session.ReportUsage(parts.status().message());
  session.out() << "{\"header\":" << parts->header << ",\"claims\":" << parts->claims << "}\n";
  session.err() << "note: the signature was not checked; anybody can write such a token\n";
  const TimePoint now = session.clock().Now();
  if (!parts->expires_at) {
    session.err() << "warning: it has no expiry (claim exp); the server refuses it\n";
  } else if (*parts->expires_at <= now) {
    session.err() << "warning: it expired " << ShortDuration(now - *parts->expires_at)
                  << " ago, at " << MomentText(*parts->expires_at) << "\n";
  }
  return kOk;
}

void AddInspect(CLI::App& token, Session& session) {
  auto text = std::make_shared<std::string>();
  CLI::App* inspect = token.add_subcommand(
      "inspect", "Shows what a token says, without checking whether it is true");
  inspect->add_option("jwt", *text, "The token; default: PRESENCES_TOKEN");
  inspect->callback([&session, text] {
    session.SetCommand([&session, text] { return Inspect(session, *text); });
  });
}

}  // namespace

void AddToken(CLI::App& app, Session& session) {
  CLI::App* token = app.add_subcommand("token", "Makes and reads user tokens; needs no server");
  token->require_subcommand(1);
  AddMint(*token, session);
  AddInspect(*token, session);
}

}  // namespace presences::cli
