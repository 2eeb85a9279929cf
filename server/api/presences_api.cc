#include "server/api/presences_api.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/rpc/status.pb.h"
#include "presences/v1/presences.pb.h"
#include "server/base/reason.h"
#include "server/wire/presence_proto.h"
#include "server/wire/request_proto.h"

namespace presences::api {
namespace {

template <typename Repeated>
std::vector<std::string> Strings(const Repeated& field) {
  return {field.begin(), field.end()};
}

// Answers a write: the record into the message, the refusal to the caller.
service::PresenceService::Done Answer(v1::Presence* response, PresencesApi::Done done) {
  return [response, done = std::move(done)](absl::StatusOr<PresencePtr> result) {
    if (result.ok()) wire::ToProto(**result, response);
    done(result.status());
  };
}

void Fill(const std::vector<absl::StatusOr<PresencePtr>>& results,
          v1::BatchUpsertPresencesResponse* response) {
  for (const auto& result : results) {
    auto* out = response->add_results();
    if (result.ok()) {
      wire::ToProto(**result, out->mutable_presence());
    } else {
      wire::ToProto(result.status(), out->mutable_error());
    }
  }
}

}  // namespace

void PresencesApi::Upsert(const auth::Principal& principal, Source source,
                          const v1::UpsertPresenceRequest& request, v1::Presence* response,
                          Done done) {
  absl::StatusOr<RawWrite> raw = wire::FromProto(request);
  if (!raw.ok()) return done(raw.status());
  presences_.Upsert(principal, source, *std::move(raw), Answer(response, std::move(done)));
}

void PresencesApi::Update(const auth::Principal& principal, Source source,
                          const v1::UpdatePresenceRequest& request, v1::Presence* response,
                          Done done) {
  absl::StatusOr<RawWrite> raw = wire::FromProto(request);
  if (!raw.ok()) return done(raw.status());
  presences_.Update(principal, source, *std::move(raw), Answer(response, std::move(done)),
                    request.purge());
}

void PresencesApi::Delete(const auth::Principal& principal, Source source,
                          const v1::DeletePresenceRequest& request, Done done) {
  presences_.Delete(
      principal, source, wire::FromProto(request),
      [done = std::move(done)](absl::StatusOr<PresencePtr> result) { done(result.status()); });
}

void PresencesApi::BatchUpsert(const auth::Principal& principal, Source source,
                               const v1::BatchUpsertPresencesRequest& request,
                               v1::BatchUpsertPresencesResponse* response, Done done) {
  std::vector<absl::StatusOr<RawWrite>> raw;
  raw.reserve(static_cast<std::size_t>(request.presences_size()));
  for (const auto& item : request.presences()) raw.push_back(wire::FromProto(item));
  presences_.BatchUpsert(principal, source, std::move(raw),
                         [response, done = std::move(done)](auto results) {
                           if (results.ok()) Fill(*results, response);
                           done(results.status());
                         });
}

void PresencesApi::BatchDelete(const auth::Principal& principal,
                               const v1::BatchDeletePresencesRequest& request,
                               v1::BatchDeletePresencesResponse* response, Done done) {
  presences_.BatchDelete(principal, Strings(request.presence_ids()), Strings(request.queries()),
                         [response, done = std::move(done)](absl::StatusOr<std::int64_t> deleted) {
                           if (deleted.ok()) response->set_deleted(*deleted);
                           done(deleted.status());
                         });
}

absl::Status PresencesApi::Get(const auth::Principal& principal,
                               const v1::GetPresenceRequest& request, v1::Presence* response) {
  const auto record = presences_.Get(principal, request.presence_id());
  if (record.ok()) wire::ToProto(**record, response);
  return record.status();
}

absl::Status PresencesApi::List(const auth::Principal& principal,
                                const v1::ListPresencesRequest& request,
                                v1::ListPresencesResponse* response, CallNotes* notes) {
  const bool want_total = !request.has_total() || request.total();
  const auto result =
      presences_.List(principal, Strings(request.queries()), want_total, request.ttl());
  if (!result.ok()) return result.status();
  if (notes != nullptr && request.ttl() > 0) notes->cache_hit = result->cached;
  response->set_total(result->total);
  for (const PresencePtr& record : result->records) {
    wire::ToProto(*record, response->add_presences());
  }
  return absl::OkStatus();
}

absl::Status PresencesApi::Count(const auth::Principal& principal,
                                 const v1::CountPresencesRequest& request,
                                 v1::CountPresencesResponse* response) {
  const auto result = presences_.Count(principal, Strings(request.queries()), request.group_by());
  if (!result.ok()) return result.status();
  response->set_total(result->total);
  for (const auto& [value, count] : result->groups) {
    auto* group = response->add_groups();
    group->set_value(value);
    group->set_count(count);
  }
  return absl::OkStatus();
}

bool PresencesApi::Call(absl::string_view full_method, const auth::Principal& principal,
                        Source source, const google::protobuf::Message& request,
                        google::protobuf::Message* response, Done done, CallNotes* notes) {
  // The caller's promise: the messages are of the method's types.
  if (!absl::ConsumePrefix(&full_method, "/presences.v1.Presences/")) return false;
  if (full_method == "UpsertPresence") {
    Upsert(principal, source, static_cast<const v1::UpsertPresenceRequest&>(request),
           static_cast<v1::Presence*>(response), std::move(done));
  } else if (full_method == "UpdatePresence") {
    Update(principal, source, static_cast<const v1::UpdatePresenceRequest&>(request),
           static_cast<v1::Presence*>(response), std::move(done));
  } else if (full_method == "DeletePresence") {
    Delete(principal, source, static_cast<const v1::DeletePresenceRequest&>(request),
           std::move(done));
  } else if (full_method == "GetPresence") {
    done(Get(principal, static_cast<const v1::GetPresenceRequest&>(request),
             static_cast<v1::Presence*>(response)));
  } else if (full_method == "ListPresences") {
    done(List(principal, static_cast<const v1::ListPresencesRequest&>(request),
              static_cast<v1::ListPresencesResponse*>(response), notes));
  } else if (full_method == "CountPresences") {
    done(Count(principal, static_cast<const v1::CountPresencesRequest&>(request),
               static_cast<v1::CountPresencesResponse*>(response)));
  } else if (full_method == "BatchUpsertPresences") {
    BatchUpsert(principal, source, static_cast<const v1::BatchUpsertPresencesRequest&>(request),
                static_cast<v1::BatchUpsertPresencesResponse*>(response), std::move(done));
  } else if (full_method == "BatchDeletePresences") {
    BatchDelete(principal, static_cast<const v1::BatchDeletePresencesRequest&>(request),
                static_cast<v1::BatchDeletePresencesResponse*>(response), std::move(done));
  } else {
    return false;
  }
  return true;
}

std::size_t MaxRequestBytes(absl::string_view full_method) {
  return absl::StrContains(full_method, "/Batch") ? kMaxBatchBytes : kMaxRequestBytes;
}

absl::Status CheckSize(std::size_t size, std::size_t limit) {
  if (size <= limit) return absl::OkStatus();
  return MakeError(Reason::kGeneralRequestTooLarge,
                   absl::StrCat("the request is ", size, " bytes, the limit is ", limit,
                                "; send less, or split the batch"),
                   {{"limit", "request_size"}, {"value", absl::StrCat(limit)}});
}

}  // namespace presences::api
