// Eye: who watches what in the model, and a second opinion on what they may be told.
//
// Written without the code under test: rights are texts that are compared, queries are one
// comparison, channels are the four names of the contract.
//
// Threads: immutable once made.
#pragma once

#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "server/core/change.h"
#include "tests/unit/hub/hub_fixture.h"

namespace presences::hub {

// The roles that records of the model name as readers.
const std::vector<std::string>& ModelRoles();
inline constexpr int kModelIds = 200;
inline constexpr int kModelUsers = 5;
std::string ModelId(std::uint64_t n);    // r000 ... r199
std::string ModelUser(std::uint64_t n);  // u0 ... u4

class Eye {
 public:
  static Eye Random(std::mt19937_64& random);
  // The same request by somebody else, or by the same user with other roles.
  Eye AsSomebodyElse(std::mt19937_64& random) const;

  WatchSpec Spec() const;  // caller, channels, queries, skip_unchanged
  std::string Describe() const;

  bool Sees(const Presence& record) const;
  bool Covers(const Presence& record) const;  // belongs in the state
  // The type of the change that is told; `known`: of the state before they were told.
  std::optional<std::string> ToldAs(const Change& change, bool known) const;
  // Of channels that bring the state, so that a view can be kept.
  bool keeps_view() const { return keeps_view_; }
  bool skips_unchanged() const { return skips_unchanged_; }

 private:
  void BecomeRandom(std::mt19937_64& random);
  bool MayRead(const Presence& record) const;
  bool Hears(const Change& change, const std::string& action) const;

  bool key_ = false;
  std::string user_;
  std::set<std::string> roles_;
  UserFacts facts_;
  std::set<std::string> channels_;
  bool keeps_view_ = true;
  bool skips_unchanged_ = false;
  std::string status_;  // only records with this status; empty: any
  int page_ = -1;       // only records with this metadata.page; -1: any
};

}  // namespace presences::hub
