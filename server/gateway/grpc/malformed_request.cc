#include "server/gateway/grpc/malformed_request.h"

#include <google/protobuf/unknown_field_set.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/core/json.h"

namespace presences::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// Messages within messages that are looked into; ours have three levels.
constexpr int kMaxDepth = 8;

std::string Flatten(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  std::string flat;
  if (!bytes.Dump(&slices).ok()) return flat;
  flat.reserve(bytes.Length());
  for (const grpc::Slice& slice : slices) {
    flat.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return flat;
}

// The path of the first text that is no UTF-8, such as `presences[1].status`; nullopt: none found.
std::optional<std::string> FindBadText(const Descriptor& type, const std::string& bytes,
                                       int depth) {
  UnknownFieldSet fields;
  if (depth > kMaxDepth || !fields.ParseFromString(bytes)) return std::nullopt;
  std::map<int, int> seen;  // field number → how often
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    const FieldDescriptor* known = type.FindFieldByNumber(field.number());
    if (known == nullptr || field.type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
    std::string path(known->json_name());
    if (known->is_repeated()) absl::StrAppend(&path, "[", seen[field.number()]++, "]");
    if (known->type() == FieldDescriptor::TYPE_STRING) {
      if (!IsUtf8(field.length_delimited())) return path;
    } else if (known->type() == FieldDescriptor::TYPE_MESSAGE) {
      const auto inner = FindBadText(*known->message_type(), field.length_delimited(), depth + 1);
      if (inner) return absl::StrCat(path, ".", *inner);
    }
  }
  return std::nullopt;
}

}  // namespace

absl::Status MalformedRequest(const Descriptor& type, const grpc::ByteBuffer& bytes) {
  if (const auto field = FindBadText(type, Flatten(bytes), 0)) {
    return InvalidField(*field, "must be UTF-8, got bytes that are not; encode the text as UTF-8");
  }
  return MakeError(Reason::kGeneralArgumentInvalid,
                   absl::StrCat("the request must be a ", type.full_name(),
                                " message, but its bytes do not parse; use the published proto"));
}

}  // namespace presences::gateway
