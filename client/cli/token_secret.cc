#include "client/cli/token_secret.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace presences::cli {

void TokenSecret::AddTo(CLI::App& command) {
  CLI::Option* secret = command.add_option("--secret", text, "The secret; better in a file");
  command.add_option("--secret_file", file, "The file that holds the secret")
      ->type_name("FILE")
      ->excludes(secret);
}

absl::StatusOr<std::string> TokenSecret::Read() const {
  std::string secret = text;
  if (!file.empty()) {
    std::ifstream in(file, std::ios::binary);
    secret.assign(std::istreambuf_iterator<char>(in), {});
    if (!in) return absl::InvalidArgumentError(absl::StrCat("--secret_file: cannot read ", file));
    if (!secret.empty() && secret.back() == '\n') secret.pop_back();
    if (!secret.empty() && secret.back() == '\r') secret.pop_back();
  }
  if (secret.empty()) {
    return absl::InvalidArgumentError("--secret or --secret_file: one is needed, and not empty");
  }
  return secret;
}

}  // namespace presences::cli
