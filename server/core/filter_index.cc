#include "server/core/filter_index.h"

#include "absl/strings/str_cat.h"

namespace presences {

bool IsIndexable(Attribute::Kind kind) {
  return kind == Attribute::Kind::kId || kind == Attribute::Kind::kUserId ||
         kind == Attribute::Kind::kStatus || kind == Attribute::Kind::kMetadata;
}

bool KeyOf(Attribute::Kind kind, const FilterValue& value, std::string* key) {
  const bool tagged = kind == Attribute::Kind::kMetadata;
  switch (value.kind) {
    case FilterValue::Kind::kText:
      key->assign(tagged ? "s" : "");
      absl::StrAppend(key, value.text);
      return true;
    case FilterValue::Kind::kNumber:
      *key = absl::StrCat("n", NumberText(value.number));
      return true;
    case FilterValue::Kind::kBool:
      *key = value.boolean ? "btrue" : "bfalse";
      return true;
    default:
      return false;
  }
}

bool IndexKey(const Presence& record, const Attribute& attribute, std::string* key) {
  if (!IsIndexable(attribute.kind)) return false;
  JsonScalar scratch;
  return KeyOf(attribute.kind, ValueOf(record, attribute, scratch), key);
}

absl::string_view IndexKeyValue(const Attribute& attribute, absl::string_view key) {
  return attribute.kind == Attribute::Kind::kMetadata && !key.empty() ? key.substr(1) : key;
}

}  // namespace presences
