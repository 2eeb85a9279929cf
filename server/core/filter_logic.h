// and, or, and conditions whose answer does not depend on the record.
//
// Threads: immutable.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "server/core/filter_node.h"

namespace presences {

// Without children `and` is true.
class AndFilter final : public FilterNode {
 public:
  explicit AndFilter(std::vector<FilterNodePtr> children) : children_(std::move(children)) {}
  bool Matches(const Presence& record) const override;
  void AppendCanonical(std::string& out) const override;
  void AppendEqualities(std::vector<IndexableEquality>& out) const override;

 private:
  const std::vector<FilterNodePtr> children_;
};

// Without children `or` is false.
class OrFilter final : public FilterNode {
 public:
  explicit OrFilter(std::vector<FilterNodePtr> children) : children_(std::move(children)) {}
  bool Matches(const Presence& record) const override;
  void AppendCanonical(std::string& out) const override;

 private:
  const std::vector<FilterNodePtr> children_;
};

class ConstantFilter final : public FilterNode {
 public:
  explicit ConstantFilter(bool matches) : matches_(matches) {}
  bool Matches(const Presence&) const override { return matches_; }
  void AppendCanonical(std::string& out) const override { out += matches_ ? "true" : "false"; }

 private:
  const bool matches_;
};

}  // namespace presences
