// Query attributes: their names, and which kind of value each is compared with
// (ParseAttribute itself is in query.h, where group_by finds it too).
//
// Threads: any (pure functions).
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "server/core/filter.h"

namespace presences {

// What the values of a query on an attribute must be.
enum class ValueRule {
  kText,
  kTime,    // a string that ParseTime reads
  kNumber,  // a whole number
  kScalar,  // metadata: string, number or boolean, as the record has it
};
ValueRule ValueRuleOf(Attribute::Kind kind);

// "status", "$createdAt", ...; "metadata" for every path.
absl::string_view AttributeName(Attribute::Kind kind);
// As a query writes it: with the path.
std::string AttributeText(const Attribute& attribute);

// An attribute on the socket, where only the top level of the event payload is seen.
struct SocketAttribute {
  enum class Kind {
    kComparable,  // `attribute`
    kOpaque,      // metadata, $permissions: present, but equal to no value
    kUnknown,     // absent from every payload
  };
  Kind kind = Kind::kUnknown;
  Attribute attribute;
};
SocketAttribute ParseSocketAttribute(absl::string_view name);

}  // namespace presences
