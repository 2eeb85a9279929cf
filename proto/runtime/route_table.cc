#include "proto/runtime/route_table.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "proto/runtime/query_string.h"

namespace presences::transcode {

// A place in the tree of templates: what may follow, and the routes that end here.
struct RouteTable::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> variable;
  std::map<std::pair<std::string, HttpMethod>, const Route*> routes;  // by verb and method
};

namespace {

using Segments = absl::InlinedVector<absl::string_view, 8>;

struct Path {
  Segments segments;
  absl::string_view verb;  // of the last segment, split off
};

Segments Split(absl::string_view path) {
  Segments segments;
  for (const absl::string_view segment : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    segments.push_back(segment);
  }
  return segments;
}

// Moves `:verb` out of the last segment. False: it has none.
bool SplitVerb(Path* path) {
  if (path->segments.empty()) return false;
  absl::string_view& last = path->segments.back();
  const std::size_t colon = last.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return false;
  path->verb = last.substr(colon + 1);
  last = last.substr(0, colon);
  return true;
}

bool IsVariable(absl::string_view segment) { return absl::StartsWith(segment, "{"); }

std::optional<HttpMethod> ParseMethod(absl::string_view method) {
  if (method == "GET" || method == "HEAD") return HttpMethod::kGet;
  if (method == "PUT") return HttpMethod::kPut;
  if (method == "POST") return HttpMethod::kPost;
  if (method == "PATCH") return HttpMethod::kPatch;
  if (method == "DELETE") return HttpMethod::kDelete;
  return std::nullopt;
}

// Walks the tree along `segments`; literals first, back to the variable if they lead nowhere.
template <typename Node>
const Route* Walk(const Node& node, absl::Span<const absl::string_view> segments,
                  const std::pair<std::string, HttpMethod>& end, RouteTable::Match* match) {
  if (segments.empty()) {
    const auto found = node.routes.find(end);
    return found == node.routes.end() ? nullptr : found->second;
  }
  const absl::string_view segment = segments.front();
  std::string decoded;
  absl::string_view text = segment;
  if (absl::StrContains(segment, '%')) {
    // What does not decode equals no literal.
    text = absl::string_view();
    if (PercentDecode(segment, /*plus_is_space=*/false, &decoded)) text = decoded;
  }
  const auto literal = node.literals.find(text);
  if (literal != node.literals.end()) {
    const Route* route = Walk(*literal->second, segments.subspan(1), end, match);
    if (route != nullptr) return route;
  }
  if (node.variable == nullptr) return nullptr;
  match->values.push_back(segment);
  const Route* route = Walk(*node.variable, segments.subspan(1), end, match);
  if (route == nullptr) match->values.pop_back();
  return route;
}

}  // namespace

RouteTable::RouteTable(std::unique_ptr<Node> root) : root_(std::move(root)) {}
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;
RouteTable::~RouteTable() = default;

absl::StatusOr<RouteTable> RouteTable::Build(absl::Span<const absl::Span<const Route>> routes) {
  auto root = std::make_unique<Node>();
  for (const absl::Span<const Route> table : routes) {
    for (const Route& route : table) {
      if (!absl::StartsWith(route.path, "/")) {
        return absl::InvalidArgumentError(absl::StrCat("not a path: '", route.path, "'"));
      }
      Path path{Split(route.path), ""};
      SplitVerb(&path);
      Node* node = root.get();
      for (const absl::string_view segment : path.segments) {
        auto& next = IsVariable(segment) ? node->variable : node->literals[std::string(segment)];
        if (next == nullptr) next = std::make_unique<Node>();
        node = next.get();
      }
      if (!node->routes.emplace(std::pair(std::string(path.verb), route.method), &route).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("two methods share one route: ", route.path, " of ", route.full_method));
      }
    }
  }
  return RouteTable(std::move(root));
}

std::optional<RouteTable::Match> RouteTable::Find(absl::string_view method,
                                                  absl::string_view path) const {
  const std::optional<HttpMethod> parsed = ParseMethod(method);
  if (!parsed.has_value()) return std::nullopt;
  Match match;
  match.is_head = method == "HEAD";
  const Path whole{Split(path), ""};
  Path with_verb = whole;
  if (SplitVerb(&with_verb)) {
    match.route = Walk(*root_, absl::MakeConstSpan(with_verb.segments),
                       {std::string(with_verb.verb), *parsed}, &match);
  }
  if (match.route == nullptr) {
    match.values.clear();
    match.route = Walk(*root_, absl::MakeConstSpan(whole.segments), {"", *parsed}, &match);
  }
  if (match.route == nullptr) return std::nullopt;
  return match;
}

}  // namespace presences::transcode
