#include "proto/runtime/route_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace presences::transcode {
namespace {

Route Make(HttpMethod method, absl::string_view path, absl::string_view name) {
  Route route{};
  route.method = method;
  route.path = path;
  route.full_method = name;
  return route;
}

RouteTable Table(const std::vector<Route>& routes) {
  const absl::Span<const Route> tables[] = {absl::MakeConstSpan(routes)};
  auto table = RouteTable::Build(tables);
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

// "name(value,value)", with "HEAD " before it; "none" without a route.
std::string Find(const RouteTable& table, absl::string_view method, absl::string_view path) {
  const auto match = table.Find(method, path);
  if (!match.has_value()) return "none";
  return absl::StrCat(match->is_head ? "HEAD " : "", match->route->full_method, "(",
                      absl::StrJoin(match->values, ","), ")");
}

TEST(RouteTableTest, Finds) {
  const std::vector<Route> routes = {
      Make(HttpMethod::kGet, "/v1/presences", "list"),
      Make(HttpMethod::kGet, "/v1/presences:count", "count"),
      Make(HttpMethod::kPost, "/v1/presences:batchUpsert", "batch"),
      Make(HttpMethod::kGet, "/v1/presences/{id}", "get"),
      Make(HttpMethod::kPut, "/v1/presences/{id}", "put"),
      Make(HttpMethod::kDelete, "/v1/presences/{id}", "delete"),
      Make(HttpMethod::kPost, "/v1/presences/{id}:touch", "touch"),
      Make(HttpMethod::kGet, "/v1/{kind}/settings", "settings"),
      Make(HttpMethod::kGet, "/v1/presences/settings/{id}", "setting"),
      Make(HttpMethod::kGet, "/", "root"),
  };
  const RouteTable table = Table(routes);
  const struct {
    const char* method;
    const char* path;
    const char* found;
  } kCases[] = {
      {"GET", "/v1/presences", "list()"},
      {"HEAD", "/v1/presences", "HEAD list()"},
      {"GET", "/v1/presences/", "list()"},
      {"GET", "//v1//presences//", "list()"},
      {"GET", "/v1/presences:count", "count()"},
      {"GET", "/v1/presences:count/", "count()"},
      {"GET", "/v1/presences:other", "none"},
      {"GET", "/v1/presences%3Acount", "none"},
      {"POST", "/v1/presences:batchUpsert", "batch()"},
      {"GET", "/v1/presences:batchUpsert", "none"},
      {"POST", "/v1/presences", "none"},
      {"GET", "/v1/presences/a", "get(a)"},
      {"PUT", "/v1/presences//a/", "put(a)"},
      {"DELETE", "/v1/presences/a", "delete(a)"},
      {"PATCH", "/v1/presences/a", "none"},
      {"OPTIONS", "/v1/presences", "none"},
      {"get", "/v1/presences", "none"},
      {"GET", "/v1/presences/a%2Fb", "get(a%2Fb)"},
      {"GET", "/v1/presences/a:b", "get(a:b)"},
      {"POST", "/v1/presences/a:touch", "touch(a)"},
      {"POST", "/v1/presences/a:b:touch", "touch(a:b)"},
      {"GET", "/v1/presences/a:touch", "get(a:touch)"},
      {"GET", "/v1/presences/a/b", "none"},
      {"GET", "/v1/%70resences", "list()"},
      {"GET", "/v1/%2570resences", "none"},
      {"GET", "/v1/Presences", "none"},
      {"GET", "/v2/presences", "none"},
      {"GET", "/v1", "none"},
      {"GET", "/", "root()"},
      {"GET", "", "root()"},
      {"GET", "/v1/presences/settings", "get(settings)"},
      {"GET", "/v1/presences/settings/x", "setting(x)"},
      {"GET", "/v1/users/settings", "settings(users)"},
      {"GET", "/v1/%zz/settings", "settings(%zz)"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Find(table, c.method, c.path), c.found) << c.method << " " << c.path;
  }
}

TEST(RouteTableTest, GoesBackFromALiteralThatLeadsNowhere) {
  const std::vector<Route> routes = {Make(HttpMethod::kGet, "/a/b/c", "literal"),
                                     Make(HttpMethod::kGet, "/{x}/b/{y}", "variable"),
                                     Make(HttpMethod::kGet, "/a/{x}/d", "middle")};
  const RouteTable table = Table(routes);
  EXPECT_EQ(Find(table, "GET", "/a/b/c"), "literal()");
  EXPECT_EQ(Find(table, "GET", "/a/b/d"), "middle(b)");
  EXPECT_EQ(Find(table, "GET", "/a/b/e"), "variable(a,e)");
}

TEST(RouteTableTest, RefusesTwoMethodsOnOneRoute) {
  const std::vector<Route> routes = {Make(HttpMethod::kGet, "/v1/{a}", "one"),
                                     Make(HttpMethod::kGet, "/v1/{b}", "two")};
  const absl::Span<const Route> tables[] = {absl::MakeConstSpan(routes)};
  EXPECT_EQ(RouteTable::Build(tables).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace presences::transcode
