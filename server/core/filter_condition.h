// Condition: one attribute, one method, its values (contract 5.3).
//
// A record that lacks the attribute satisfies isNull and nothing else. A value of another kind
// than those of the query satisfies notEqual and isNotNull and nothing else.
//
// Threads: immutable.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/filter_node.h"
#include "server/core/filter_value.h"
#include "server/core/query_method.h"

namespace re2 {
class RE2;
}

namespace presences {

class Condition final : public FilterNode {
 public:
  // REQUIRES: as many values as `method` needs; text only for the text methods.
  Condition(Attribute attribute, Method method, std::vector<Literal> values);
  // A regex, compiled by CompileRegex.
  Condition(Attribute attribute, Literal pattern, std::unique_ptr<const re2::RE2> regex);
  ~Condition() override;

  bool Matches(const Presence& record) const override;
  void AppendCanonical(std::string& out) const override;
  void AppendEqualities(std::vector<IndexableEquality>& out) const override;
  bool IsEquality() const override;

 private:
  bool Holds(const FilterValue& value) const;
  bool OrderHolds(const FilterValue& value) const;
  bool TextHolds(absl::string_view text) const;
  bool IsAmongValues(const FilterValue& value) const;
  bool ContainsAnyValue(absl::string_view text) const;

  const Attribute attribute_;
  const Method method_;
  std::vector<Literal> values_;  // sorted and distinct where their order means nothing
  const std::unique_ptr<const re2::RE2> regex_;
};

// Compiles `pattern` with bounded memory. INVALID_ARGUMENT with what is wrong with it.
absl::StatusOr<std::unique_ptr<const re2::RE2>> CompileRegex(const std::string& pattern);

}  // namespace presences
