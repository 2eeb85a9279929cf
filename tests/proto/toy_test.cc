// What the generator makes of every kind of field and route: tests/proto/toy/v1/toy.proto.
#include <gmock/gmock.h>
#include <google/protobuf/arena.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "proto/runtime/event_stream.h"
#include "proto/runtime/json_reader.h"
#include "proto/runtime/route_table.h"
#include "toy/v1/toy.json.h"
#include "toy/v1/toy.pb.h"
#include "toy/v1/toy.routes.h"

namespace toy::v1 {
namespace {

using presences::transcode::Headers;
using presences::transcode::JsonReader;
using presences::transcode::JsonWriter;
using presences::transcode::RequestParts;
using presences::transcode::Route;
using presences::transcode::RouteTable;
using presences::transcode::StreamFormat;
using testing::ElementsAre;
using testing::Pair;

Toy FromText(const std::string& text) {
  Toy toy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &toy)) << text;
  return toy;
}

std::string ToJson(const Toy& toy) {
  std::string text;
  JsonWriter out(&text);
  WriteJson(toy, out);
  return text;
}

// Reads `json`; answers "<field>: <message>", or "" if it went well.
std::string FromJson(absl::string_view json, Toy* toy) {
  const auto error = JsonReader::Read(json, [toy](JsonReader& in) { return ReadJson(in, toy); });
  return error.has_value() ? absl::StrCat(error->field, ": ", error->message) : "";
}

constexpr char kFull[] = R"pb(
  serial: -5
  box: "b"
  plain: true
  loose: true
  small: -1
  natural: 2
  huge: 18446744073709551615
  real: 0.5
  rough: 0.25
  colour: COLOUR_DARK_RED
  colours: BLUE
  colours: COLOUR_UNSPECIFIED
  made { seconds: 1 nanos: 500000000 }
  repairs { seconds: 2 }
  extra: "{\"b\":1}"
  extras: "{}"
  maybe: 0
  part { box: "inner" extra: "{}" }
  parts { small: 1 extra: "{}" }
  parts { extra: "{}" }
  names { names: "n" }
  number: 0
  class: "k"
)pb";

TEST(ToyTest, WritesEveryKind) {
  Toy toy = FromText(kFull);
  toy.clear_part();
  toy.clear_parts();
  toy.set_secret("never shown");
  toy.set_trace("never shown");
  EXPECT_EQ(ToJson(toy),
            R"({"$serial":-5,"box":"b","plain":true,"loose":true,"small":-1,"natural":2,)"
            R"("huge":18446744073709551615,"real":0.5,"rough":0.25,"colour":"DARK_RED",)"
            R"("colours":["BLUE","UNSPECIFIED"],"made":"1970-01-01T00:00:01.500+00:00",)"
            R"("repairs":["1970-01-01T00:00:02.000+00:00"],"extra":{"b":1},"extras":[{}],)"
            R"("maybe":0,"parts":[],"names":["n"],"number":0,"class":"k"})");
}

TEST(ToyTest, LeavesOutOnlyWhatCanBeAbsent) {
  EXPECT_EQ(ToJson(Toy()),
            R"({"$serial":0,"box":"","plain":false,"loose":false,"small":0,"natural":0,"huge":0,)"
            R"("real":0,"rough":0,"colours":[],"repairs":[],"extra":{},"extras":[],"parts":[],)"
            R"("class":""})");
}

TEST(ToyTest, ReadsBackWhatItWrites) {
  const Toy toy = FromText(kFull);
  Toy read;
  EXPECT_EQ(FromJson(ToJson(toy), &read), "");
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(toy, read)) << read.DebugString();
}

TEST(ToyTest, ReadsProtoNamesAndPassesOverOthers) {
  Toy toy;
  EXPECT_EQ(FromJson(R"({"serial":"7","unknown":{"a":[1]},"secret":5,"trace":"x"})", &toy), "");
  EXPECT_EQ(toy.serial(), 7);
  EXPECT_EQ(toy.secret(), "");
  EXPECT_EQ(toy.trace(), "");
}

TEST(ToyTest, TakesTheLastOfEqualKeys) {
  Toy toy;
  EXPECT_EQ(FromJson(R"({"parts":[{},{}],"parts":[{}],"maybe":1,"maybe":null,"names":["a"],)"
                     R"("names":["b"],"part":{"box":"x"},"part":{}})",
                     &toy),
            "");
  EXPECT_EQ(toy.parts_size(), 1);
  EXPECT_FALSE(toy.has_maybe());
  EXPECT_THAT(toy.names().names(), ElementsAre("b"));
  EXPECT_EQ(toy.part().box(), "");
}

TEST(ToyTest, CountsNullAsAbsentWhereThatCanBe) {
  Toy toy;
  EXPECT_EQ(FromJson(R"({"plain":null,"small":null,"colour":null,"colours":null,"made":null,)"
                     R"("extra":null,"maybe":null,"part":null,"parts":null,"names":null,)"
                     R"("text":null})",
                     &toy),
            "");
  EXPECT_EQ(toy.ByteSizeLong(), 0u);
  EXPECT_EQ(FromJson(R"({"box":null})", &toy), "box: expects a string, not null");
  EXPECT_EQ(FromJson(R"({"parts":[null]})", &toy), "parts[0]: expects an object, not null");
  EXPECT_EQ(FromJson(R"({"names":[null]})", &toy), "names[0]: expects a string, not null");
}

TEST(ToyTest, TellsAbsentFromEmptyList) {
  Toy toy;
  EXPECT_EQ(FromJson(R"({})", &toy), "");
  EXPECT_FALSE(toy.has_names());
  EXPECT_EQ(FromJson(R"({"names":[]})", &toy), "");
  EXPECT_TRUE(toy.has_names());
}

TEST(ToyTest, NamesWhatIsWrong) {
  const struct {
    const char* json;
    const char* error;
  } kCases[] = {
      {R"({"$serial":"x"})", "$serial: expects a 64-bit integer"},
      {R"({"box":5})", "box: expects a string, not a number"},
      {R"({"plain":"true"})", "plain: expects true or false, not a string"},
      {R"({"loose":"maybe"})", "loose: expects true or false"},
      {R"({"small":2147483648})", "small: expects a 32-bit integer"},
      {R"({"colour":"GREEN"})", "colour: expects the name of a known value"},
      {R"({"colours":"BLUE"})", "colours: expects a list, not a string"},
      {R"({"made":"x"})", "made: expects a date such as 2027-01-31T12:00:00.000+00:00"},
      {R"({"extra":[1]})", "extra[0]: expects no element: this is to be an object"},
      {R"({"parts":[{},{"part":{"names":[1]}}]})",
       "parts[1].part.names[0]: expects a string, not a number"},
      {R"({"names":{}})", "names: expects a list, not an object"},
      {R"([])", ": expects a JSON object, not a list"},
  };
  for (const auto& c : kCases) {
    Toy toy;
    EXPECT_EQ(FromJson(c.json, &toy), c.error) << c.json;
  }
}

class ToyRoutesTest : public testing::Test {
 protected:
  ToyRoutesTest() : table_(Build()) {}

  static RouteTable Build() {
    const absl::Span<const Route> tables[] = {ToysRoutes()};
    return *RouteTable::Build(tables);
  }

  // Fills a toy from a request; answers "<field>: <message>", or "" if it went well.
  std::string Read(absl::string_view method, absl::string_view path, absl::string_view query,
                   absl::string_view body, Toy* toy) {
    const auto match = table_.Find(method, path);
    if (!match.has_value()) return "no route";
    const RequestParts parts{match->values, query, body, form_, [this](absl::string_view name) {
                               const auto found = headers_.find(std::string(name));
                               return found == headers_.end() ? absl::string_view()
                                                              : absl::string_view(found->second);
                             }};
    const auto error = match->route->read_request(parts, toy);
    return error.has_value() ? absl::StrCat(error->field, ": ", error->message) : "";
  }

  const RouteTable table_;
  std::map<std::string, std::string> headers_;
  bool form_ = false;
};

TEST_F(ToyRoutesTest, DescribesEachBinding) {
  std::vector<std::string> routes;
  for (const Route& route : ToysRoutes()) {
    routes.push_back(absl::StrCat(static_cast<int>(route.method), " ", route.path, " ",
                                  route.full_method, " ", route.success_status,
                                  route.has_body ? " body" : "",
                                  route.server_streaming ? " stream" : ""));
  }
  EXPECT_THAT(routes, ElementsAre("1 /v1/boxes/{box}/toys/{serial} /toy.v1.Toys/PutToy 201 body",
                                  "2 /v1/toys/{serial}:move /toy.v1.Toys/PutToy 201 body",
                                  "0 /v1/toys/{serial} /toy.v1.Toys/PutToy 201",
                                  "2 /v1/toys:clear /toy.v1.Toys/Clear 200",
                                  "0 /v1/toys:watch /toy.v1.Toys/Watch 200 stream"));
  EXPECT_THAT(ToysRoutes()[4].stream_media_types, ElementsAre("application/x-ndjson"));
}

TEST_F(ToyRoutesTest, LetsThePathWinOverTheBody) {
  Toy toy;
  EXPECT_EQ(Read("PUT", "/v1/boxes/a%20b/toys/12", "small=5", R"({"box":"c","$serial":1})", &toy),
            "");
  EXPECT_EQ(toy.box(), "a b");
  EXPECT_EQ(toy.serial(), 12);
  EXPECT_EQ(toy.small(), 0) << "the query string of a method with a body is not read";
  EXPECT_EQ(Read("POST", "/v1/toys/x:move", "", "{}", &toy), "$serial: expects a 64-bit integer");
}

TEST_F(ToyRoutesTest, ReadsHeaders) {
  headers_["X-Trace"] = "t1";
  Toy toy;
  EXPECT_EQ(Read("POST", "/v1/toys/1:move", "", "", &toy), "");
  EXPECT_EQ(toy.trace(), "t1");
}

TEST_F(ToyRoutesTest, ReadsQueryStrings) {
  Toy toy;
  EXPECT_EQ(Read("GET", "/v1/toys/1",
                 "box=a+b&plain=1&loose=false&small=-3&huge=18446744073709551615&real=1.5"
                 "&colour=DARK_RED&colours[0]=BLUE&colours[]=2&made=2026-11-01&extra=%7B%7D"
                 "&names[]=x&names[]=y&number=4&unknown[a]=1&secret=s&parts=1",
                 "", &toy),
            "");
  EXPECT_EQ(ToJson(toy),
            R"({"$serial":1,"box":"a b","plain":true,"loose":false,"small":-3,"natural":0,)"
            R"("huge":18446744073709551615,"real":1.5,"rough":0,"colour":"DARK_RED",)"
            R"("colours":["BLUE","BLUE"],"made":"2026-11-01T00:00:00.000+00:00","repairs":[],)"
            R"("extra":{},"extras":[],"parts":[],"names":["x","y"],"number":4,"class":""})");
  EXPECT_EQ(toy.secret(), "");
  EXPECT_EQ(Read("GET", "/v1/toys/1", "box[]=a", "", &toy), "box: expects one value, not a list");
  EXPECT_EQ(Read("GET", "/v1/toys/1", "plain=x", "", &toy), "plain: expects true or false");
}

TEST_F(ToyRoutesTest, ReadsForms) {
  form_ = true;
  Toy toy;
  EXPECT_EQ(Read("PUT", "/v1/boxes/b/toys/1", "", "class=a%2Bb+c&names[0]=x", &toy), "");
  EXPECT_EQ(toy.class_(), "a+b c");
  EXPECT_THAT(toy.names().names(), ElementsAre("x"));
}

TEST_F(ToyRoutesTest, WritesBodiesAndHeaders) {
  Toy toy;
  toy.set_trace("t2");
  Headers headers;
  ToysRoutes()[0].write_headers(toy, &headers);
  EXPECT_THAT(headers, ElementsAre(Pair("X-Trace", "t2")));

  google::protobuf::Arena arena;
  const Route& clear = ToysRoutes()[3];
  std::string body;
  JsonWriter out(&body);
  clear.write_response(*clear.new_response(&arena), out);
  EXPECT_EQ(body, "{}");
  EXPECT_EQ(clear.new_request(&arena)->GetTypeName(), "google.protobuf.Empty");
}

TEST_F(ToyRoutesTest, WritesEvents) {
  const Route& watch = ToysRoutes()[4];
  WatchResponse event;
  event.set_cursor("c7");
  event.mutable_failure()->set_message("broken");
  const auto format = [](const google::rpc::Status& status, JsonWriter& out) {
    out.String(status.message());
  };
  std::string text;
  AppendEvent(watch, event, StreamFormat::kServerSentEvents, format, &text);
  EXPECT_EQ(text, "id: c7\nevent: failure\ndata: {\"cursor\":\"c7\",\"failure\":\"broken\"}\n\n");
  text.clear();
  AppendEvent(watch, event, StreamFormat::kNdjson, nullptr, &text);
  EXPECT_EQ(text, "{\"cursor\":\"c7\",\"failure\":null}\n");
  text.clear();
  event.clear_cursor();
  event.mutable_came_in();
  AppendEvent(watch, event, StreamFormat::kServerSentEvents, format, &text);
  EXPECT_EQ(text.rfind("event: came_in\ndata: {\"cursor\":\"\",\"cameIn\":{", 0), 0u) << text;
}

}  // namespace
}  // namespace toy::v1
