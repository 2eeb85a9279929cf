#include "server/auth/authenticator.h"

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/auth/access_rules.h"
#include "server/auth/principal_cache.h"
#include "server/auth/sha256.h"
#include "server/base/check.h"
#include "server/base/mutex.h"
#include "server/base/reason.h"
#include "server/core/validate.h"

namespace presences::auth {
namespace {

constexpr std::size_t kRememberedCredentials = 16'384;

using RulesPtr = std::shared_ptr<const AccessRules>;

bool IsShown(const std::optional<std::string>& credential) {
  return credential.has_value() && !credential->empty();
}

}  // namespace

struct Authenticator::Impl {
  explicit Impl(std::vector<ProjectAuth> projects)
      : rules(std::make_shared<const AccessRules>(std::move(projects), 0)) {
    for (std::uint32_t index = 0; index < rules->projects().size(); ++index) {
      project_ids.emplace(rules->projects()[index].project_id, index);
    }
  }

  RulesPtr Rules() {
    MutexLock lock(mutex);
    return rules;
  }
  absl::StatusOr<std::uint32_t> FindProject(const std::optional<std::string>& id) const;
  absl::StatusOr<PrincipalPtr> Check(std::uint32_t project, CredentialKind kind,
                                     absl::string_view text, TimePoint now);
  absl::StatusOr<PrincipalPtr> CheckUser(std::uint32_t project, const Credentials& credentials,
                                         TimePoint now);

  absl::flat_hash_map<std::string, std::uint32_t> project_ids;  // constant: reloads keep the ids
  PrincipalCache cache{kRememberedCredentials};
  Mutex mutex;  // before the shards of `cache`
  RulesPtr rules GUARDED_BY(mutex);
};

absl::StatusOr<std::uint32_t> Authenticator::Impl::FindProject(
    const std::optional<std::string>& id) const {
  if (!IsShown(id)) {
    if (project_ids.size() == 1) return 0;
    return MakeError(Reason::kProjectNotFound,
                     "project: several are configured, so name one (header X-Appwrite-Project, "
                     "metadata x-appwrite-project or parameter project)");
  }
  const auto found = project_ids.find(*id);
  if (found != project_ids.end()) return found->second;
  // Whatever is no id is not repeated: it may be anything, and goes into logs and pages.
  return MakeError(
      Reason::kProjectNotFound,
      absl::StrCat("project: ", IsUid(*id) ? absl::StrCat("'", *id, "'") : "what was named",
                   " is not configured here; name one of the configured projects"),
      {{"project", IsUid(*id) ? absl::string_view(*id) : ""}});
}

absl::StatusOr<PrincipalPtr> Authenticator::Impl::Check(std::uint32_t project, CredentialKind kind,
                                                        absl::string_view text, TimePoint now) {
  const CredentialDigest key{DigestOf(text), project, kind};
  if (PrincipalPtr known = cache.Find(key, now)) return known;
  const RulesPtr current = Rules();
  absl::StatusOr<PrincipalPtr> checked = [&]() -> absl::StatusOr<PrincipalPtr> {
    switch (kind) {
      case CredentialKind::kApiKey:
        return current->CheckKey(project, std::string(key.digest.begin(), key.digest.end()), now);
      case CredentialKind::kToken:
        return current->CheckToken(project, text, now);
      case CredentialKind::kSession:
        return current->CheckSession(project, text, now);
    }
    PRESENCES_CHECK(false);
  }();
  if (checked.ok()) cache.Insert(key, *checked, current->epoch());
  return checked;
}

absl::StatusOr<PrincipalPtr> Authenticator::Impl::CheckUser(std::uint32_t project,
                                                            const Credentials& credentials,
                                                            TimePoint now) {
  const bool has_token = IsShown(credentials.token);
  PrincipalPtr session;
  if (IsShown(credentials.session)) {
    absl::StatusOr<PrincipalPtr> checked =
        Check(project, CredentialKind::kSession, *credentials.session, now);
    if (checked.ok()) session = *std::move(checked);
  }
  if (has_token && session != nullptr) {
    return MakeError(Reason::kUserJwtAndCookieSet,
                     "user token: it came beside a valid session; send one of the two");
  }
  if (has_token) return Check(project, CredentialKind::kToken, *credentials.token, now);
  if (session != nullptr) return session;
  return Rules()->Guest(project);
}

Authenticator::Authenticator(std::vector<ProjectAuth> projects)
    : impl_(std::make_unique<Impl>(std::move(projects))) {}

Authenticator::~Authenticator() = default;

absl::StatusOr<PrincipalPtr> Authenticator::Authenticate(const Credentials& credentials,
                                                         TimePoint now) const {
  const absl::StatusOr<std::uint32_t> project = impl_->FindProject(credentials.project);
  if (!project.ok()) return project.status();
  if (IsShown(credentials.api_key)) {
    return impl_->Check(*project, CredentialKind::kApiKey, *credentials.api_key, now);
  }
  return impl_->CheckUser(*project, credentials, now);
}

absl::StatusOr<PrincipalPtr> Authenticator::AuthenticateSession(const std::string& project_id,
                                                                const std::string& session,
                                                                TimePoint now) const {
  const absl::StatusOr<std::uint32_t> project = impl_->FindProject(project_id);
  if (!project.ok()) return project.status();
  return impl_->Check(*project, CredentialKind::kSession, session, now);
}

void Authenticator::Reload(std::vector<ProjectAuth> projects) {
  MutexLock lock(impl_->mutex);
  const std::uint64_t epoch = impl_->rules->epoch() + 1;
  auto next = std::make_shared<const AccessRules>(std::move(projects), epoch, impl_->rules.get());
  PRESENCES_CHECK(next->projects().size() == impl_->rules->projects().size());
  for (std::size_t i = 0; i < next->projects().size(); ++i) {
    PRESENCES_CHECK(next->projects()[i].project_id == impl_->rules->projects()[i].project_id);
  }
  const RulesPtr former = std::exchange(impl_->rules, std::move(next));
  impl_->cache.Clear(epoch);
  former->RevokeWhatIsGone(*impl_->rules);
}

}  // namespace presences::auth
