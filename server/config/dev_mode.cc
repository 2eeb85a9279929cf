#include "server/config/dev_mode.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/config/config_files.h"
#include "server/config/dev_credential.h"

namespace presences::config {
namespace {

constexpr char kProject[] = "demo";
constexpr char kCredentialId[] = "dev";
constexpr std::chrono::hours kTokenLifetime{24};

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  if (std::filesystem::create_directories(path, error)) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (!error && std::filesystem::is_directory(path, error)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("cannot make the folder ", path, ": ",
                   error ? error.message() : std::string("it is not a folder"),
                   "; name another one with --data_dir"));
}

ProjectConfig DevProject(const DevSetup& setup) {
  ProjectConfig project;
  project.id = kProject;
  project.indexed_metadata = {"page"};
  project.origins = {"localhost"};
  auth::ApiKey key;
  key.id = kCredentialId;
  key.sha256 = auth::Sha256(setup.api_key);
  key.can_read = true;
  key.can_write = true;
  project.api_keys.push_back(std::move(key));
  TokenSource token;
  token.id = kCredentialId;
  token.algorithm = auth::TokenAlgorithm::kHs256;
  token.secret = setup.jwt_secret;
  token.secret_file = ConfigFiles("").Resolve(setup.data_dir + "/dev-jwt-secret");
  project.tokens.push_back(std::move(token));
  return project;
}

}  // namespace

absl::StatusOr<DevSetup> DevConfig(const std::string& data_dir) {
  if (data_dir.empty()) return absl::FailedPreconditionError("--data_dir is empty; name a folder");
  if (absl::Status status = MakeFolder(data_dir); !status.ok()) return status;
  absl::StatusOr<std::string> key = DevCredential(data_dir + "/dev-api-key", "standard_");
  if (!key.ok()) return key.status();
  absl::StatusOr<std::string> secret = DevCredential(data_dir + "/dev-jwt-secret", "");
  if (!secret.ok()) return secret.status();
  DevSetup setup;
  setup.data_dir = data_dir;
  setup.api_key = *std::move(key);
  setup.jwt_secret = *std::move(secret);
  setup.config.server.drain_delay = std::chrono::milliseconds(0);
  setup.config.storage.engine = Engine::kEmbedded;
  setup.config.storage.embedded.path = ConfigFiles("").Resolve(data_dir + "/embedded");
  setup.config.projects.push_back(DevProject(setup));
  return setup;
}

absl::Status CheckDevAddresses(const Config& config) {
  const std::pair<const char*, const Address*> listeners[] = {
      {"--grpc_address", &config.server.grpc.address},
      {"--http_address", &config.server.http.address},
      {"--metrics_address", &config.server.metrics.address}};
  for (const auto& [flag, address] : listeners) {
    if (address->is_loopback()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": --dev listens on loopback only (127.0.0.1, [::1] or localhost), not ",
                     address->ToString(), "; use a configuration file to serve others"));
  }
  return absl::OkStatus();
}

std::string MintDevToken(const DevSetup& setup, absl::string_view user_id, TimePoint now) {
  const TokenSource& source = setup.config.projects.front().tokens.front();
  auth::TokenConfig token;
  token.id = source.id;
  token.algorithm = source.algorithm;
  token.secret = source.secret;
  const std::int64_t expiry =
      std::chrono::duration_cast<std::chrono::seconds>((now + kTokenLifetime).time_since_epoch())
          .count();
  return auth::MintToken(token, absl::StrCat(R"({"sub":")", user_id, R"(","exp":)", expiry,
                                             R"(,"project":")", kProject, R"("})"));
}

}  // namespace presences::config
