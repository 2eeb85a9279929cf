#include "server/core/query_attribute.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/reason.h"
#include "server/core/query.h"
#include "server/core/query_text.h"

namespace presences {
namespace {

using Kind = Attribute::Kind;

struct AttributeRow {
  absl::string_view name;
  Kind kind;
  ValueRule rule;
};

constexpr AttributeRow kAttributes[] = {
    {"$id", Kind::kId, ValueRule::kText},
    {"userId", Kind::kUserId, ValueRule::kText},
    {"status", Kind::kStatus, ValueRule::kText},
    {"source", Kind::kSource, ValueRule::kText},
    {"expiresAt", Kind::kExpiresAt, ValueRule::kTime},
    {"$createdAt", Kind::kCreatedAt, ValueRule::kTime},
    {"$updatedAt", Kind::kUpdatedAt, ValueRule::kTime},
    {"$sequence", Kind::kSequence, ValueRule::kNumber},
};
constexpr absl::string_view kMetadataPrefix = "metadata.";

const AttributeRow* FindRow(absl::string_view name) {
  const auto* row = std::find_if(std::begin(kAttributes), std::end(kAttributes),
                                 [name](const AttributeRow& r) { return r.name == name; });
  return row == std::end(kAttributes) ? nullptr : row;
}

const AttributeRow* FindRow(Kind kind) {
  const auto* row = std::find_if(std::begin(kAttributes), std::end(kAttributes),
                                 [kind](const AttributeRow& r) { return r.kind == kind; });
  return row == std::end(kAttributes) ? nullptr : row;
}

std::string KnownNames(absl::Span<const std::string> indexed_metadata) {
  std::string names = absl::StrJoin(
      kAttributes, ", ",
      [](std::string* out, const AttributeRow& row) { absl::StrAppend(out, row.name); });
  for (const std::string& path : indexed_metadata) {
    absl::StrAppend(&names, ", ", kMetadataPrefix, path);
  }
  return names;
}

absl::Status RefuseAttribute(absl::string_view field, absl::string_view name,
                             absl::Span<const std::string> indexed_metadata) {
  std::string rule;
  if (name.empty()) {
    rule = "\"attribute\" is required here";
  } else if (name == "userInternalId") {
    rule = "userInternalId does not exist on this server, users have no second id";
  } else if (name == "metadata") {
    rule = "metadata cannot be queried as a whole, only by indexed path";
  } else if (absl::StartsWith(name, kMetadataPrefix)) {
    rule = absl::StrCat(QuoteForMessage(name),
                        " is not indexed, a project's indexed_metadata must name the path");
  } else {
    rule = absl::StrCat("unknown attribute ", QuoteForMessage(name));
  }
  return InvalidField(field, absl::StrCat(rule, "; use one of ", KnownNames(indexed_metadata)));
}

}  // namespace

ValueRule ValueRuleOf(Kind kind) {
  const AttributeRow* row = FindRow(kind);
  return row == nullptr ? ValueRule::kScalar : row->rule;
}

absl::string_view AttributeName(Kind kind) {
  if (const AttributeRow* row = FindRow(kind)) return row->name;
  return kind == Kind::kMetadata ? "metadata" : "unknown";
}

std::string AttributeText(const Attribute& attribute) {
  if (attribute.kind == Kind::kMetadata) return absl::StrCat(kMetadataPrefix, attribute.path);
  return std::string(AttributeName(attribute.kind));
}

absl::StatusOr<Attribute> ParseAttribute(absl::string_view field, absl::string_view name,
                                         absl::Span<const std::string> indexed_metadata) {
  if (const AttributeRow* row = FindRow(name)) return Attribute{row->kind, {}};
  if (absl::StartsWith(name, kMetadataPrefix)) {
    const absl::string_view path = name.substr(kMetadataPrefix.size());
    for (const std::string& indexed : indexed_metadata) {
      if (path == indexed) return Attribute{Kind::kMetadata, indexed};
    }
  }
  return RefuseAttribute(field, name, indexed_metadata);
}

SocketAttribute ParseSocketAttribute(absl::string_view name) {
  // $sequence is never part of an event payload (contract 1.5).
  const AttributeRow* row = FindRow(name);
  if (row != nullptr && row->kind != Kind::kSequence) {
    return {SocketAttribute::Kind::kComparable, Attribute{row->kind, {}}};
  }
  if (name == "metadata" || name == "$permissions") return {SocketAttribute::Kind::kOpaque, {}};
  return {};
}

}  // namespace presences
