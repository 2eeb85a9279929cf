// PresenceService: the use cases on records, free of any transport.
//
// Every surface calls these with a Principal and raw fields, so a rule is enforced once. Reads
// answer at once from the state; writes answer through `done`, when they are durable and visible.
//
// Threads: any. `done` runs on the committing thread: it must be quick and must not block.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/principal.h"
#include "server/base/clock.h"
#include "server/core/validate.h"
#include "server/service/project.h"
#include "server/store/committer.h"

namespace presences::service {

inline constexpr std::size_t kMaxBatch = 1000;       // design 3.4
inline constexpr std::int64_t kMaxTotal = 5000;      // contract 5.4
inline constexpr std::size_t kMaxGroups = 1000;      // CountPresences: the largest groups
inline constexpr std::int32_t kMaxListTtl = 86'400;  // contract 1.4, seconds

struct ListResult {
  std::int64_t total = 0;
  std::vector<PresencePtr> records;
  bool cached = false;  // answered from what an earlier call with a ttl read
};

struct CountResult {
  std::int64_t total = 0;
  std::vector<std::pair<std::string, std::int64_t>> groups;  // largest first, then by value
};

class ListCache;

class PresenceService {
 public:
  using Done = std::function<void(absl::StatusOr<PresencePtr>)>;
  using CountDone = std::function<void(absl::StatusOr<std::int64_t>)>;

  PresenceService(std::vector<Project> projects, store::Committer& committer, const Clock& clock);
  ~PresenceService();

  // Refusals: validate.h, mutation.h, access.h; GENERAL_RATE_LIMIT_EXCEEDED, storage errors.
  void Upsert(const auth::Principal& principal, Source source, RawWrite raw, Done done);
  // `purge`: forget the cached lists of the project, once the write has succeeded. Delete always
  // does.
  void Update(const auth::Principal& principal, Source source, RawWrite raw, Done done,
              bool purge = false);
  // Answers null when the record is gone.
  void Delete(const auth::Principal& principal, Source source, RawWrite raw, Done done);

  // PRESENCE_NOT_FOUND: absent, past its expiry, or not readable.
  absl::StatusOr<PresencePtr> Get(const auth::Principal& principal,
                                  const std::string& presence_id) const;
  // `ttl`: how many seconds old the answer may be, 0-86400. An old answer may lack what is new, but
  // shows nothing that has expired, is gone or may no longer be read. Refusals: query.h;
  // GENERAL_CURSOR_NOT_FOUND.
  absl::StatusOr<ListResult> List(const auth::Principal& principal,
                                  const std::vector<std::string>& queries, bool want_total,
                                  std::int32_t ttl) const;
  // `group_by`: empty, "status", "userId" or an indexed metadata path.
  absl::StatusOr<CountResult> Count(const auth::Principal& principal,
                                    const std::vector<std::string>& queries,
                                    const std::string& group_by) const;

  // One result per item, in order; `raw` items that are refusals already stay so. A call as a
  // whole is refused (BatchDone gets one error per item) only by scope, size or rate.
  void BatchUpsert(
      const auth::Principal& principal, Source source, std::vector<absl::StatusOr<RawWrite>> raw,
      std::function<void(absl::StatusOr<std::vector<absl::StatusOr<PresencePtr>>>)> done);
  // Keys only. By ids (absent ones are not counted) or by queries, not both.
  void BatchDelete(const auth::Principal& principal, const std::vector<std::string>& ids,
                   const std::vector<std::string>& queries, CountDone done);

  const Project& project(std::uint32_t index) const { return projects_[index]; }

 private:
  absl::Status AdmitWrite(const auth::Principal& principal, std::size_t operations) const;
  void SubmitOne(const auth::Principal& principal, Source source, store::Operation operation,
                 Done done);
  absl::StatusOr<ListResult> ListFresh(const auth::Principal& principal,
                                       const std::vector<std::string>& queries,
                                       bool want_total) const;
  // What of a cached answer may still be shown.
  ListResult StillVisible(const auth::Principal& principal, ListResult cached) const;
  absl::StatusOr<std::vector<std::string>> IdsToDelete(
      const auth::Principal& principal, const std::vector<std::string>& ids,
      const std::vector<std::string>& queries) const;

  const std::vector<Project> projects_;
  store::Committer& committer_;
  const Clock& clock_;
  const std::unique_ptr<ListCache> lists_;
};

}  // namespace presences::service
