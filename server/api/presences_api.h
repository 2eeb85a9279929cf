// PresencesApi: the methods of presences.v1.Presences as functions on messages, for any transport.
//
// gRPC calls them with its own messages, the HTTP gateway with those that the generated readers
// filled: one translation between messages and use cases, whatever carried them.
//
// Threads: any. `done` may run on the committing thread, before the method returns or after; it
// must not block. Request and response must live until then.
#pragma once

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/auth/principal.h"
#include "server/service/presence_service.h"

namespace google::protobuf {
class Message;
}
namespace presences::v1 {
class BatchDeletePresencesRequest;
class BatchDeletePresencesResponse;
class BatchUpsertPresencesRequest;
class BatchUpsertPresencesResponse;
class CountPresencesRequest;
class CountPresencesResponse;
class DeletePresenceRequest;
class GetPresenceRequest;
class ListPresencesRequest;
class ListPresencesResponse;
class Presence;
class UpdatePresenceRequest;
class UpsertPresenceRequest;
}  // namespace presences::v1

namespace presences::api {

inline constexpr std::size_t kMaxRequestBytes = std::size_t{1} << 20;  // design 6.1
inline constexpr std::size_t kMaxBatchBytes = std::size_t{8} << 20;    // design 6.1

// What the messages do not say about a call, for transports that can.
struct CallNotes {
  // Of a list with a ttl: whether the answer was an earlier one.
  std::optional<bool> cache_hit = {};
};

class PresencesApi {
 public:
  using Done = std::function<void(const absl::Status&)>;

  explicit PresencesApi(service::PresenceService& presences) : presences_(presences) {}

  void Upsert(const auth::Principal& principal, Source source,
              const v1::UpsertPresenceRequest& request, v1::Presence* response, Done done);
  void Update(const auth::Principal& principal, Source source,
              const v1::UpdatePresenceRequest& request, v1::Presence* response, Done done);
  void Delete(const auth::Principal& principal, Source source,
              const v1::DeletePresenceRequest& request, Done done);
  void BatchUpsert(const auth::Principal& principal, Source source,
                   const v1::BatchUpsertPresencesRequest& request,
                   v1::BatchUpsertPresencesResponse* response, Done done);
  void BatchDelete(const auth::Principal& principal, const v1::BatchDeletePresencesRequest& request,
                   v1::BatchDeletePresencesResponse* response, Done done);
  absl::Status Get(const auth::Principal& principal, const v1::GetPresenceRequest& request,
                   v1::Presence* response);
  absl::Status List(const auth::Principal& principal, const v1::ListPresencesRequest& request,
                    v1::ListPresencesResponse* response, CallNotes* notes = nullptr);
  absl::Status Count(const auth::Principal& principal, const v1::CountPresencesRequest& request,
                     v1::CountPresencesResponse* response);

  // Calls the unary method with this full name ("/presences.v1.Presences/GetPresence") on messages
  // of its types. False: there is no such method, and `done` is not called. `notes` may be null; it
  // is filled before `done`.
  bool Call(absl::string_view full_method, const auth::Principal& principal, Source source,
            const google::protobuf::Message& request, google::protobuf::Message* response,
            Done done, CallNotes* notes = nullptr);

 private:
  service::PresenceService& presences_;
};

// The largest request of a method: 8 MiB for the batch methods, 1 MiB for the others.
std::size_t MaxRequestBytes(absl::string_view full_method);

// GENERAL_REQUEST_TOO_LARGE above `limit` bytes.
absl::Status CheckSize(std::size_t size, std::size_t limit);

}  // namespace presences::api
