// SocketComparison: lessThan and its kin as the Realtime socket compares (contract 6.8).
//
// The record is seen as its event payload: dates are text in the +00:00 form. It holds when any
// of the values compares; two numeric texts compare as numbers, everything else as text by bytes.
//
// Threads: immutable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/core/filter_node.h"
#include "server/core/filter_value.h"
#include "server/core/query_method.h"

namespace presences {

class SocketComparison final : public FilterNode {
 public:
  // REQUIRES: `attribute` is text or a date. Booleans among the values never compare.
  SocketComparison(Attribute attribute, Method method, std::vector<Literal> values);

  bool Matches(const Presence& record) const override;
  void AppendCanonical(std::string& out) const override;

 private:
  struct Operand {
    std::string text;
    std::optional<Number> number;
  };

  const Attribute attribute_;
  const Method method_;
  std::vector<Literal> values_;
  std::vector<Operand> operands_;
};

// `text` as a number when it is a decimal number and nothing else but white space around it.
std::optional<Number> NumericText(absl::string_view text);

}  // namespace presences
