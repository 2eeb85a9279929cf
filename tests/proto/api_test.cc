// Our own interface over HTTP and JSON: what the protos and the generator make of it together.
#include <gmock/gmock.h>
#include <google/protobuf/arena.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "presences/api.h"
#include "presences/v1/presence.json.h"
#include "presences/v1/presence.pb.h"
#include "presences/v1/presences.pb.h"
#include "presences/v1/realtime.pb.h"
#include "proto/runtime/event_stream.h"
#include "proto/runtime/route_table.h"

namespace presences {
namespace {

using google::protobuf::Message;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

// One request over HTTP, as far as a message is filled from it.
struct Request {
  absl::string_view method;
  absl::string_view path;
  absl::string_view query = "";
  absl::string_view body = "";
  std::map<std::string, std::string> headers = {};
};

class ApiTest : public testing::Test {
 protected:
  ApiTest() : table_(*transcode::RouteTable::Build(api::Routes())) {}

  // Fills a message, kept in `message_`; answers "<field>: <message>", or "" if it went well.
  std::string Read(const Request& request) {
    const auto match = table_.Find(request.method, request.path);
    if (!match.has_value()) return "no route";
    route_ = match->route;
    message_ = match->route->new_request(&arena_);
    const auto error = match->route->read_request(
        {match->values, request.query, request.body, false,
         [&](absl::string_view name) {
           const auto found = request.headers.find(std::string(name));
           return found == request.headers.end() ? absl::string_view()
                                                 : absl::string_view(found->second);
         }},
        message_);
    return error.has_value() ? absl::StrCat(error->field, ": ", error->message) : "";
  }

  template <typename T>
  const T& Got() {
    return dynamic_cast<const T&>(*message_);
  }

  const transcode::RouteTable table_;
  google::protobuf::Arena arena_;
  const transcode::Route* route_ = nullptr;
  Message* message_ = nullptr;
};

std::string ToJson(const v1::Presence& presence) {
  std::string text;
  transcode::JsonWriter out(&text);
  WriteJson(presence, out);
  return text;
}

TEST_F(ApiTest, HasTheRoutesOfTheContract) {
  std::vector<std::string> routes;
  for (const auto& table : api::Routes()) {
    for (const transcode::Route& route : table) {
      routes.push_back(absl::StrCat(static_cast<int>(route.method), " ", route.path, " ",
                                    route.full_method, " ", route.success_status));
    }
  }
  EXPECT_THAT(routes,
              UnorderedElementsAre(
                  "1 /v1/presences/{presence_id} /presences.v1.Presences/UpsertPresence 200",
                  "0 /v1/presences/{presence_id} /presences.v1.Presences/GetPresence 200",
                  "0 /v1/presences /presences.v1.Presences/ListPresences 200",
                  "3 /v1/presences/{presence_id} /presences.v1.Presences/UpdatePresence 200",
                  "4 /v1/presences/{presence_id} /presences.v1.Presences/DeletePresence 204",
                  "0 /v1/presences:count /presences.v1.Presences/CountPresences 200",
                  "2 /v1/presences:batchUpsert /presences.v1.Presences/BatchUpsertPresences 200",
                  "2 /v1/presences:batchDelete /presences.v1.Presences/BatchDeletePresences 200",
                  "0 /v1/realtime/events /presences.v1.Realtime/Subscribe 200"));
}

TEST_F(ApiTest, WritesAPresenceInTheOrderOfTheContract) {
  v1::Presence presence;
  presence.set_presence_id("p1");
  presence.mutable_create_time()->set_seconds(0);
  presence.mutable_update_time()->set_nanos(1'999'999);
  presence.add_permissions("read(\"any\")");
  presence.set_user_id("u1");
  presence.set_status("online");
  presence.set_source("rest");
  presence.mutable_expire_time()->set_seconds(90);
  presence.set_metadata(R"({"z":{},"a":9223372036854775807})");
  presence.set_revision(12);
  EXPECT_EQ(ToJson(presence),
            R"({"$id":"p1","$createdAt":"1970-01-01T00:00:00.000+00:00",)"
            R"-("$updatedAt":"1970-01-01T00:00:00.001+00:00","$permissions":["read(\"any\")"],)-"
            R"("userId":"u1","status":"online","source":"rest",)"
            R"("expiresAt":"1970-01-01T00:01:30.000+00:00",)"
            R"("metadata":{"z":{},"a":9223372036854775807}})");
  ASSERT_EQ(Read({"GET", "/v1/presences/p1"}), "");
  transcode::Headers headers;
  route_->write_headers(presence, &headers);
  EXPECT_THAT(headers, ElementsAre(Pair("ETag", "\"12\"")));
}

TEST_F(ApiTest, ReadsWhatTheSdksPut) {
  ASSERT_EQ(Read({"PUT",
                  "/v1/presences/p%31",
                  "",
                  R"-({"userId":"u1","status":"online","permissions":["read(\"users\")"],)-"
                  R"("expiresAt":"2026-11-01T00:00:00.000Z","metadata":{"page":"/a"}})",
                  {{"If-Match", "\"7\""}}}),
            "");
  const auto& request = Got<v1::UpsertPresenceRequest>();
  EXPECT_EQ(request.presence_id(), "p1");
  EXPECT_EQ(request.user_id(), "u1");
  EXPECT_EQ(request.status(), "online");
  EXPECT_THAT(request.permissions().permissions(), ElementsAre("read(\"users\")"));
  EXPECT_EQ(request.expire_time().seconds(), 1793491200);
  EXPECT_EQ(request.metadata(), R"({"page":"/a"})");
  EXPECT_EQ(request.if_revision(), 7);
}

TEST_F(ApiTest, CountsNullAsAbsent) {
  ASSERT_EQ(Read({"PUT", "/v1/presences/p1", "",
                  R"({"userId":null,"status":"s","permissions":null,"expiresAt":null,)"
                  R"("metadata":null})"}),
            "");
  const auto& request = Got<v1::UpsertPresenceRequest>();
  EXPECT_FALSE(request.has_user_id());
  EXPECT_FALSE(request.has_permissions());
  EXPECT_FALSE(request.has_expire_time());
  EXPECT_FALSE(request.has_metadata());
  EXPECT_FALSE(request.has_if_revision());
}

TEST_F(ApiTest, TellsEmptyFromAbsent) {
  ASSERT_EQ(
      Read({"PATCH", "/v1/presences/p1", "", R"({"permissions":[],"metadata":[],"purge":"1"})"}),
      "");
  const auto& request = Got<v1::UpdatePresenceRequest>();
  EXPECT_TRUE(request.has_permissions());
  EXPECT_EQ(request.metadata(), "{}");
  EXPECT_FALSE(request.has_status());
  EXPECT_TRUE(request.purge());
}

TEST_F(ApiTest, RefusesWrongBodies) {
  const struct {
    const char* body;
    const char* error;
  } kCases[] = {
      {R"({"status":null})", "status: expects a string, not null"},
      {R"({"status":1})", "status: expects a string, not a number"},
      {R"({"userId":1})", "userId: expects a string, not a number"},
      {R"({"metadata":"{}"})", "metadata: expects an object, not a string"},
      {R"({"metadata":[1]})", "metadata[0]: expects no element: this is to be an object"},
      {R"({"metadata":1})", "metadata: expects an object, not a number"},
      {R"({"permissions":"x"})", "permissions: expects a list, not a string"},
      {R"({"permissions":[1]})", "permissions[0]: expects a string, not a number"},
      {R"({"expiresAt":"soon"})",
       "expiresAt: expects a date such as 2027-01-31T12:00:00.000+00:00"},
      {R"({"expiresAt":5})", "expiresAt: expects a date, not a number"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Read({"PUT", "/v1/presences/p1", "", c.body}), c.error) << c.body;
  }
  EXPECT_NE(Read({"DELETE", "/v1/presences/p1", "", "{"}), "");
  EXPECT_EQ(Read({"DELETE", "/v1/presences/p1", "", "{}", {{"If-Match", "*"}}}),
            "If-Match: expects one entity tag such as \"12\"");
}

TEST_F(ApiTest, ReadsADeleteWithAndWithoutABody) {
  EXPECT_EQ(Read({"DELETE", "/v1/presences/p1", "", ""}), "");
  EXPECT_EQ(Read({"DELETE", "/v1/presences/p1", "", "{}", {{"If-Match", "\"3\""}}}), "");
  EXPECT_EQ(Got<v1::DeletePresenceRequest>().if_revision(), 3);
}

TEST_F(ApiTest, ReadsAListAsTheSdksAskForIt) {
  ASSERT_EQ(Read({"GET", "/v1/presences",
                  "queries%5B0%5D=%7B%22method%22%3A%22limit%22%7D&queries%5B1%5D=a+b&total=false"
                  "&ttl=60"}),
            "");
  const auto& request = Got<v1::ListPresencesRequest>();
  EXPECT_THAT(request.queries(), ElementsAre(R"({"method":"limit"})", "a b"));
  EXPECT_TRUE(request.has_total());
  EXPECT_FALSE(request.total());
  EXPECT_EQ(request.ttl(), 60);
  EXPECT_EQ(Read({"GET", "/v1/presences", "total=no"}), "total: expects true or false");
  EXPECT_EQ(Read({"GET", "/v1/presences", ""}), "");
  EXPECT_FALSE(Got<v1::ListPresencesRequest>().has_total());
}

TEST_F(ApiTest, TakesCountFromAPresenceId) {
  ASSERT_EQ(Read({"GET", "/v1/presences:count", "group_by=status"}), "");
  EXPECT_EQ(Got<v1::CountPresencesRequest>().group_by(), "status");
  ASSERT_EQ(Read({"GET", "/v1/presences/count"}), "");
  EXPECT_EQ(Got<v1::GetPresenceRequest>().presence_id(), "count");
}

TEST_F(ApiTest, NamesTheItemOfABatch) {
  EXPECT_EQ(
      Read({"POST", "/v1/presences:batchUpsert", "",
            R"({"presences":[{"presenceId":"a","status":"s"},{"presenceId":"b","status":2}]})"}),
      "presences[1].status: expects a string, not a number");
}

TEST_F(ApiTest, ResumesAStreamByTheBrowsersHeader) {
  ASSERT_EQ(Read({"GET",
                  "/v1/realtime/events",
                  "channels[]=presences&resumeToken=old&snapshot=false&maxBatch=5",
                  "",
                  {{"Last-Event-ID", "new"}}}),
            "");
  const auto& request = Got<v1::SubscribeRequest>();
  EXPECT_EQ(request.resume_token(), "new");
  EXPECT_TRUE(request.has_snapshot());
  EXPECT_FALSE(request.snapshot());
  EXPECT_EQ(request.max_batch(), 5);
  EXPECT_THAT(route_->stream_media_types, ElementsAre("text/event-stream", "application/x-ndjson"));
}

TEST_F(ApiTest, WritesAStreamAsEvents) {
  ASSERT_EQ(Read({"GET", "/v1/realtime/events"}), "");
  v1::SubscribeResponse response;
  response.set_resume_token("t1");
  v1::Change& change = *response.mutable_changes()->add_changes();
  change.set_type(v1::Change::TYPE_DELETED);
  change.set_delete_cause(v1::Change::DELETE_CAUSE_CONNECTION);
  change.set_revision(4);
  std::string text;
  AppendEvent(*route_, response, transcode::StreamFormat::kServerSentEvents, nullptr, &text);
  EXPECT_EQ(text,
            "id: t1\nevent: changes\ndata: {\"resumeToken\":\"t1\",\"changes\":{\"changes\":"
            "[{\"type\":\"DELETED\",\"deleteCause\":\"CONNECTION\",\"revision\":4}]}}\n\n");
  response.Clear();
  response.mutable_going_away();
  text.clear();
  AppendEvent(*route_, response, transcode::StreamFormat::kServerSentEvents, nullptr, &text);
  EXPECT_EQ(text, "event: going_away\ndata: {\"resumeToken\":\"\",\"goingAway\":{}}\n\n");
}

TEST_F(ApiTest, DescribesItselfAsOpenApi) {
  simdjson::dom::parser parser;
  const absl::string_view text = api::OpenApi();
  simdjson::dom::element document;
  ASSERT_EQ(parser.parse(text.data(), text.size()).get(document), simdjson::SUCCESS);
  EXPECT_EQ(std::string_view(document["openapi"]), "3.1.0");
  for (const auto& table : api::Routes()) {
    for (const transcode::Route& route : table) {
      const std::string name(route.full_method.substr(route.full_method.rfind('/') + 1));
      EXPECT_NE(text.find(absl::StrCat("\"operationId\":\"", name, "\"")), absl::string_view::npos)
          << name;
    }
  }
  // Every reference leads somewhere.
  for (std::size_t at = text.find("\"#/"); at != absl::string_view::npos;
       at = text.find("\"#/", at + 1)) {
    const absl::string_view target = text.substr(at + 2, text.find('"', at + 1) - at - 2);
    EXPECT_EQ(document.at_pointer({target.data(), target.size()}).error(), simdjson::SUCCESS)
        << target;
  }
  const auto required = document["components"]["schemas"]["Presence"]["required"].get_array();
  std::vector<std::string_view> names(required.begin(), required.end());
  EXPECT_THAT(names, ElementsAre("$id", "$permissions", "userId", "status", "source", "metadata"));
}

}  // namespace
}  // namespace presences
