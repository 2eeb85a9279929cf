#include "proto/runtime/query_string.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace presences::transcode {
namespace {

// Shows what SplitQuery understood: name=value, name[]=value for elements, joined by `|`.
std::string Split(absl::string_view query) {
  std::vector<Parameter> parameters;
  const auto error = SplitQuery(query, &parameters);
  if (error.has_value()) return absl::StrCat("error ", error->field);
  std::string text;
  for (const Parameter& p : parameters) {
    absl::StrAppend(&text, text.empty() ? "" : "|", p.name, p.is_element ? "[]" : "", "=", p.value);
  }
  return text;
}

TEST(QueryStringTest, Splits) {
  const struct {
    const char* query;
    const char* pairs;
  } kCases[] = {
      {"", ""},
      {"a=1", "a=1"},
      {"a=1&b=2", "a=1|b=2"},
      {"&&a=1&", "a=1"},
      {"a", "a="},
      {"a=", "a="},
      {"=x", "=x"},
      {"a=b=c", "a=b=c"},
      {"a=x+y%20z%2B", "a=x y z+"},
      {"a+b=1", "a b=1"},
      {"queries[0]=x&queries[1]=y", "queries[]=x|queries[]=y"},
      {"queries%5B0%5D=%7B%22a%22%3A1%7D", "queries[]={\"a\":1}"},
      {"queries[]=x", "queries[]=x"},
      {"queries=x", "queries=x"},
      {"q[a]=x", "q[a]=x"},
      {"q[0][1]=x", "q[0][1]=x"},
      {"[0]=x", "[0]=x"},
      {"q]=x", "q]=x"},
      {"q[=x", "q[=x"},
      {"a=%C3%BC", "a=ü"},
      {"a=%", "error a"},
      {"a=%4", "error a"},
      {"a=%zz", "error a"},
      {"a=%FF", "error a"},
      {"q[0]=%", "error q"},
      {"%=1", "error "},
  };
  for (const auto& c : kCases) EXPECT_EQ(Split(c.query), c.pairs) << c.query;
}

TEST(QueryStringTest, KeepsPlusInPaths) {
  std::string out;
  EXPECT_TRUE(PercentDecode("a+b%2Fc%252F", /*plus_is_space=*/false, &out));
  EXPECT_EQ(out, "a+b/c%2F");
}

}  // namespace
}  // namespace presences::transcode
