#include "server/service/presence_service.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/core/permission.h"
#include "server/service/access.h"
#include "server/service/list_cache.h"
#include "server/service/listing.h"

namespace presences::service {
namespace {

Caller CallerFrom(const auth::Principal& principal, Source source) {
  Caller caller = principal.caller;
  caller.source = source;
  return caller;
}

class SingleWrite final : public store::Write {
 public:
  explicit SingleWrite(PresenceService::Done done) : done_(std::move(done)) {}
  void Done() override {
    done_(std::move(results[0]));
    delete this;
  }

 private:
  const PresenceService::Done done_;
};

using Results = std::vector<absl::StatusOr<PresencePtr>>;

// Forgets the project's cached lists before it answers a write that took place.
PresenceService::Done PurgingFirst(ListCache& lists, std::uint32_t project,
                                   PresenceService::Done done) {
  return [&lists, project, done = std::move(done)](absl::StatusOr<PresencePtr> result) {
    if (result.ok()) lists.Purge(project);
    done(std::move(result));
  };
}

class BatchWrite final : public store::Write {
 public:
  explicit BatchWrite(std::function<void(Results)> done) : done_(std::move(done)) {}
  void Done() override {
    done_(std::move(results));
    delete this;
  }

 private:
  const std::function<void(Results)> done_;
};

}  // namespace

PresenceService::PresenceService(std::vector<Project> projects, store::Committer& committer,
                                 const Clock& clock)
    : projects_(std::move(projects)),
      committer_(committer),
      clock_(clock),
      lists_(std::make_unique<ListCache>(projects_.size(), ListCache::Limits{}, clock)) {}

PresenceService::~PresenceService() = default;

absl::Status PresenceService::AdmitWrite(const auth::Principal& principal,
                                         std::size_t operations) const {
  if (absl::Status status = RequireWrite(principal); !status.ok()) return status;
  return projects_[principal.project].quota->TakeWrites(operations);
}

void PresenceService::SubmitOne(const auth::Principal& principal, Source source,
                                store::Operation operation, Done done) {
  auto write = std::make_unique<SingleWrite>(std::move(done));
  write->project = principal.project;
  write->caller = CallerFrom(principal, source);
  write->operations.push_back(std::move(operation));
  committer_.Submit(std::move(write));
}

void PresenceService::Upsert(const auth::Principal& principal, Source source, RawWrite raw,
                             Done done) {
  if (absl::Status status = AdmitWrite(principal, 1); !status.ok()) return done(status);
  absl::StatusOr<UpsertInput> input = ParseUpsert(std::move(raw), clock_.Now());
  if (!input.ok()) return done(input.status());
  SubmitOne(principal, source, *std::move(input), std::move(done));
}

void PresenceService::Update(const auth::Principal& principal, Source source, RawWrite raw,
                             Done done, bool purge) {
  if (absl::Status status = AdmitWrite(principal, 1); !status.ok()) return done(status);
  absl::StatusOr<UpdateInput> input = ParseUpdate(std::move(raw), clock_.Now());
  if (!input.ok()) return done(input.status());
  if (purge) done = PurgingFirst(*lists_, principal.project, std::move(done));
  SubmitOne(principal, source, *std::move(input), std::move(done));
}

void PresenceService::Delete(const auth::Principal& principal, Source source, RawWrite raw,
                             Done done) {
  if (absl::Status status = AdmitWrite(principal, 1); !status.ok()) return done(status);
  absl::StatusOr<DeleteInput> input = ParseDelete(std::move(raw));
  if (!input.ok()) return done(input.status());
  SubmitOne(principal, source, *std::move(input),
            PurgingFirst(*lists_, principal.project, std::move(done)));
}

absl::StatusOr<PresencePtr> PresenceService::Get(const auth::Principal& principal,
                                                 const std::string& presence_id) const {
  if (absl::Status status = RequireRead(principal); !status.ok()) return status;
  if (absl::Status status = CheckUid("presenceId", presence_id); !status.ok()) return status;
  PresencePtr record = projects_[principal.project].state->Find(presence_id);
  if (!record || record->expires_at() <= clock_.Now() || !MayRead(*record, principal.caller)) {
    return MakeError(Reason::kPresenceNotFound,
                     absl::StrCat("presenceId: no presence '", presence_id,
                                  "' that this caller may read; check the id and its permissions"),
                     {{"presenceId", presence_id}});
  }
  return record;
}

absl::StatusOr<ListResult> PresenceService::List(const auth::Principal& principal,
                                                 const std::vector<std::string>& queries,
                                                 bool want_total, std::int32_t ttl) const {
  if (absl::Status status = RequireRead(principal); !status.ok()) return status;
  if (ttl < 0 || ttl > kMaxListTtl) {
    return InvalidField("ttl", absl::StrCat("must be 0 to 86400 seconds, got ", ttl,
                                            "; use 0 for an uncached answer"));
  }
  if (ttl == 0) return ListFresh(principal, queries, want_total);
  std::string key = ListCache::KeyOf(principal.caller, queries, want_total);
  if (auto known = lists_->Find(principal.project, key, std::chrono::seconds(ttl))) {
    return StillVisible(principal, *std::move(known));
  }
  const std::uint64_t generation = lists_->Generation(principal.project);
  absl::StatusOr<ListResult> result = ListFresh(principal, queries, want_total);
  if (result.ok()) lists_->Insert(principal.project, std::move(key), generation, *result);
  return result;
}

absl::StatusOr<ListResult> PresenceService::ListFresh(const auth::Principal& principal,
                                                      const std::vector<std::string>& queries,
                                                      bool want_total) const {
  const Project& project = projects_[principal.project];
  const auto query = ParseListQueries(queries, project.rules->indexed_metadata);
  if (!query.ok()) return query.status();
  return Listing(*project.state, principal.caller, clock_.Now()).List(*query, want_total);
}

ListResult PresenceService::StillVisible(const auth::Principal& principal,
                                         ListResult cached) const {
  const store::State& state = *projects_[principal.project].state;
  const TimePoint now = clock_.Now();
  const std::size_t dropped = std::erase_if(cached.records, [&](const PresencePtr& record) {
    if (record->expires_at() <= now) return true;
    const PresencePtr current = state.Find(record->id());
    return !current || !MayRead(*current, principal.caller);
  });
  cached.total = std::max<std::int64_t>(0, cached.total - static_cast<std::int64_t>(dropped));
  cached.cached = true;
  return cached;
}

absl::StatusOr<CountResult> PresenceService::Count(const auth::Principal& principal,
                                                   const std::vector<std::string>& queries,
                                                   const std::string& group_by) const {
  if (absl::Status status = RequireRead(principal); !status.ok()) return status;
  const Project& project = projects_[principal.project];
  const auto query = ParseListQueries(queries, project.rules->indexed_metadata);
  if (!query.ok()) return query.status();
  if (!query->orders.empty() || query->cursor_id || query->offset != 0 ||
      query->limit != kDefaultListLimit) {
    return InvalidField("queries",
                        "a count takes filters only; leave out orders, limit, offset and cursors");
  }
  const auto attribute = GroupAttribute(group_by, project.rules->indexed_metadata);
  if (!attribute.ok()) return attribute.status();
  return Listing(*project.state, principal.caller, clock_.Now()).Count(query->filters, *attribute);
}

void PresenceService::BatchUpsert(const auth::Principal& principal, Source source,
                                  std::vector<absl::StatusOr<RawWrite>> raw,
                                  std::function<void(absl::StatusOr<Results>)> done) {
  if (raw.empty() || raw.size() > kMaxBatch) {
    return done(InvalidField("presences", absl::StrCat("must hold 1 to ", kMaxBatch, " items, got ",
                                                       raw.size(), "; split the batch")));
  }
  if (absl::Status status = AdmitWrite(principal, raw.size()); !status.ok()) return done(status);
  const TimePoint now = clock_.Now();
  // Items that are refused here keep their place; the others are written in order.
  auto outcomes = std::make_shared<Results>(raw.size(), absl::UnknownError(""));
  std::vector<std::size_t> places;
  std::vector<store::Operation> operations;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    absl::StatusOr<UpsertInput> input =
        raw[i].ok() ? ParseUpsert(*std::move(raw[i]), now) : raw[i].status();
    if (input.ok()) {
      places.push_back(i);
      operations.emplace_back(*std::move(input));
    } else {
      (*outcomes)[i] = input.status();
    }
  }
  if (operations.empty()) return done(std::move(*outcomes));
  auto write = std::make_unique<BatchWrite>(
      [outcomes, places = std::move(places), done = std::move(done)](Results results) {
        for (std::size_t i = 0; i < places.size(); ++i) {
          (*outcomes)[places[i]] = std::move(results[i]);
        }
        done(std::move(*outcomes));
      });
  write->project = principal.project;
  write->caller = CallerFrom(principal, source);
  write->operations = std::move(operations);
  committer_.Submit(std::move(write));
}

absl::StatusOr<std::vector<std::string>> PresenceService::IdsToDelete(
    const auth::Principal& principal, const std::vector<std::string>& ids,
    const std::vector<std::string>& queries) const {
  if (principal.kind != auth::Principal::Kind::kKey) {
    return MakeError(Reason::kGeneralUnauthorizedScope,
                     "batch deletion takes an API key; users delete one presence at a time");
  }
  if (ids.empty() == queries.empty()) {
    return InvalidField("presenceIds", "name either presenceIds or queries, not both or neither");
  }
  if (ids.size() > kMaxBatch) {
    return InvalidField("presenceIds", absl::StrCat("must hold at most ", kMaxBatch, " ids, got ",
                                                    ids.size(), "; split the batch"));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const absl::Status status = CheckUid(absl::StrCat("presenceIds[", i, "]"), ids[i]);
    if (!status.ok()) return status;
  }
  if (!ids.empty()) return ids;
  const Project& project = projects_[principal.project];
  const auto query = ParseListQueries(queries, project.rules->indexed_metadata);
  if (!query.ok()) return query.status();
  if (!query->orders.empty() || query->cursor_id || query->offset != 0 ||
      query->limit != kDefaultListLimit) {
    return InvalidField("queries",
                        "a batch deletion takes filters only; leave out orders, limit, offset and "
                        "cursors");
  }
  return Listing(*project.state, principal.caller, clock_.Now()).Ids(query->filters);
}

void PresenceService::BatchDelete(const auth::Principal& principal,
                                  const std::vector<std::string>& ids,
                                  const std::vector<std::string>& queries, CountDone done) {
  if (absl::Status status = RequireWrite(principal); !status.ok()) return done(status);
  const auto wanted = IdsToDelete(principal, ids, queries);
  if (!wanted.ok()) return done(wanted.status());
  if (wanted->empty()) return done(0);
  if (absl::Status status = AdmitWrite(principal, wanted->size()); !status.ok()) {
    return done(status);
  }
  auto write = std::make_unique<BatchWrite>(
      [done = std::move(done), lists = lists_.get(), project = principal.project](Results results) {
        lists->Purge(project);
        std::int64_t deleted = 0;
        for (const auto& result : results) {
          if (result.ok()) {
            ++deleted;
          } else if (RowOf(result.status()).reason != Reason::kPresenceNotFound) {
            return done(result.status());
          }
        }
        done(deleted);
      });
  write->project = principal.project;
  write->caller = CallerFrom(principal, Source::kRest);
  for (const std::string& id : *wanted) write->operations.emplace_back(DeleteInput{id, {}});
  committer_.Submit(std::move(write));
}

}  // namespace presences::service
