// RouteTable: finds the route of a method and a path.
//
// A path is cut at `/`, empty segments are dropped, and what is left is compared exactly, each
// segment percent-decoded once. A literal beats a variable. `:verb` after the last segment is part
// of the template; without a route for that verb the colon belongs to the segment.
//
// Threads: immutable.
#pragma once

#include <memory>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proto/runtime/route.h"

namespace presences::transcode {

class RouteTable {
 public:
  struct Match {
    const Route* route = nullptr;
    // Values of the template's variables, pieces of the path as it was given.
    absl::InlinedVector<absl::string_view, 2> values;
    bool is_head = false;  // answer without the body
  };

  // Builds the table of all `routes`, which must outlive it.
  // INVALID_ARGUMENT: two routes share method and path, or a path is no template.
  static absl::StatusOr<RouteTable> Build(absl::Span<const absl::Span<const Route>> routes);

  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;
  ~RouteTable();

  // `method` is the HTTP token; HEAD finds the route of GET. `path` is the target up to the `?`.
  // nullopt: unknown path, or no such method there.
  std::optional<Match> Find(absl::string_view method, absl::string_view path) const;

 private:
  struct Node;

  explicit RouteTable(std::unique_ptr<Node> root);

  std::unique_ptr<Node> root_;
};

}  // namespace presences::transcode
