// FilterSet: the conditions of a query, all of which must hold.
//
// Threads: immutable; shared by every session of an audience.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/core/presence.h"

namespace presences {

// What a filter or an order speaks about.
struct Attribute {
  enum class Kind {
    kId,
    kUserId,
    kStatus,
    kSource,
    kExpiresAt,
    kCreatedAt,
    kUpdatedAt,
    kSequence,
    kMetadata,
    kUnknown,  // only in the socket dialect: absent from every record
  };
  Kind kind = Kind::kUnknown;
  std::string path;  // kMetadata: inside metadata, without the "metadata." prefix
};

class FilterNode;  // filter_node.h

// One equality that an index can answer: `attribute` is one of `values`.
struct IndexableEquality {
  Attribute attribute;              // kId, kUserId, kStatus or kMetadata
  std::vector<std::string> values;  // as FieldIndex keys (see IndexKey), sorted, distinct
};

class FilterSet {
 public:
  FilterSet();  // matches everything
  explicit FilterSet(std::vector<std::shared_ptr<const FilterNode>> nodes);
  ~FilterSet();
  FilterSet(const FilterSet&);
  FilterSet& operator=(const FilterSet&);

  // Allocates only where a metadata path, or a date on the socket, is looked at.
  bool Matches(const Presence& record) const;
  bool matches_everything() const { return nodes_.empty(); }
  // The equalities on indexed attributes that every match satisfies: each alone bounds the
  // candidates.
  std::vector<IndexableEquality> Equalities() const;
  // Set when the whole filter is one such equality with one value: whatever an index files under
  // that value matches, and nothing else does.
  std::optional<IndexableEquality> SoleEquality() const;
  // A canonical text: equal texts filter alike. Input of resume-token fingerprints.
  std::string Canonical() const;

 private:
  std::vector<std::shared_ptr<const FilterNode>> nodes_;
};

// The key under which an index files `record` for `attribute`: the text itself for id, user and
// status; for metadata the kind and value (so that 1 and "1" differ). False: absent.
bool IndexKey(const Presence& record, const Attribute& attribute, std::string* key);
// The value that such a key stands for, as text: "home" for status, "7" for metadata.page = 7.
absl::string_view IndexKeyValue(const Attribute& attribute, absl::string_view key);

}  // namespace presences
