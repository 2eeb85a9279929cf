// Code: C++ text that grows line by line, indented.
//
// Threads: one at a time.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace presences::plugin {

class Code {
 public:
  // Appends one line; an empty one without indentation.
  template <typename... Parts>
  void Line(const Parts&... parts) {
    const std::string text = absl::StrCat(parts...);
    if (!text.empty()) text_.append(static_cast<std::size_t>(indent_) * 2, ' ');
    absl::StrAppend(&text_, text, "\n");
  }

  // Appends one line and indents those that follow, up to Close.
  template <typename... Parts>
  void Open(const Parts&... parts) {
    Line(parts...);
    ++indent_;
  }

  void Close(absl::string_view text = "}") {
    --indent_;
    Line(text);
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
  int indent_ = 0;
};

// `text` as a C++ string literal, with its quotes.
std::string Literal(absl::string_view text);

}  // namespace presences::plugin
