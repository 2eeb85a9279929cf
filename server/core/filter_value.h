// FilterValue: what a record holds for an attribute, as filters and orders compare it.
//
// Every attribute becomes one of a few kinds: text by bytes, numbers exactly (64-bit integers
// never pass through a double), dates as numbers of milliseconds. Values of different kinds are
// never equal and never ordered by a filter.
//
// Threads: any (values).
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "server/core/filter.h"
#include "server/core/json.h"
#include "server/core/presence.h"

namespace presences {

// A JSON number. Invariant: `whole` whenever an int64 holds the value exactly, so that 1, 1.0 and
// 1e0 are one number.
struct Number {
  bool whole = true;
  std::int64_t integer = 0;
  double real = 0;  // when not whole

  static Number Of(std::int64_t value) { return {true, value, 0}; }
  static Number Of(double value);
};

// Three-way and exact, also between an integer and a double. Not for NaN.
int Compare(const Number& a, const Number& b);
// The shortest decimal text that reads back as `number`; the same on every machine.
std::string NumberText(const Number& number);

// A view: text lives elsewhere.
struct FilterValue {
  enum class Kind : std::uint8_t { kAbsent, kOther, kBool, kNumber, kText };
  Kind kind = Kind::kAbsent;  // kOther: an object or a list
  bool boolean = false;
  Number number;
  absl::string_view text;

  static FilterValue Text(absl::string_view text);
  static FilterValue Whole(std::int64_t value);
};

// Three-way, total: by kind first (absent and objects, then booleans, numbers, text).
int Compare(const FilterValue& a, const FilterValue& b);

// A value written in a query; owns its text.
struct Literal {
  FilterValue::Kind kind = FilterValue::Kind::kAbsent;
  bool boolean = false;
  Number number;
  std::string text;

  static Literal Text(std::string text);
  static Literal Whole(std::int64_t value);
  FilterValue view() const { return {kind, boolean, number, text}; }
};

// What `record` holds for `attribute`. The view lives as long as the record and `scratch`.
// Allocates for metadata only. JSON null counts as absent.
FilterValue ValueOf(const Presence& record, const Attribute& attribute, JsonScalar& scratch);

// Adds `literal` so that different literals never give the same text: t6:online n5 b1.
void AppendCanonical(const Literal& literal, std::string& out);
// Adds the attribute's name; a metadata path as metadata[4:page].
void AppendCanonical(const Attribute& attribute, std::string& out);

}  // namespace presences
