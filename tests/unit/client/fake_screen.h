// FakeScreen: a terminal in memory that understands what Encode writes, and nothing else: any other
// command makes it say so.
//
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/cli/live/picture.h"
#include "client/cli/text_width.h"

namespace presences::cli {

class FakeScreen {
 public:
  explicit FakeScreen(ScreenSize size) : lines(size.height), size_(size) {}

  void Write(absl::string_view text) {
    while (!text.empty()) {
      if (text[0] == '\x1b') {
        Command(text);
      } else if (text.substr(0, 2) == "\r\n") {
        column_ = 0;
        if (++row_ == size_.height) complaint = "scrolled";
        row_ = std::min(row_, size_.height - 1);
        text.remove_prefix(2);
      } else if (static_cast<unsigned char>(text[0]) < 0x20) {
        complaint = "a control character";
        text.remove_prefix(1);
      } else {
        const std::size_t end = std::min(text.find_first_of("\x1b\r\n"), text.size());
        Letters(text.substr(0, end));
        text.remove_prefix(end);
      }
    }
  }

  std::string complaint;
  std::string styles;  // every style that was set
  std::vector<std::string> lines;

 private:
  void Command(absl::string_view& text) {
    const std::size_t end = text.find_first_of("ABCDHJKmhl");
    if (text.substr(0, 2) != "\x1b[" || end == absl::string_view::npos) {
      complaint = "an unknown command";
      text.remove_prefix(1);
      return;
    }
    const std::string command(text.substr(2, end - 1));
    if (command == "H") {
      row_ = column_ = 0;
    } else if (command == "K" && column_ == 0) {
      lines[row_].clear();
    } else if (command == "J" && column_ == 0) {
      for (std::size_t i = row_; i < size_.height; ++i) lines[i].clear();
    } else if (command.back() == 'm') {
      styles += command;
    } else {
      complaint = "the command " + command;
    }
    text.remove_prefix(end + 1);
  }

  void Letters(absl::string_view text) {
    // Commands in their 8-bit form, and what turns the direction of writing.
    for (const char* hidden : {"\xC2\x9B", "\xC2\x9D", "\xE2\x80\xAE"}) {
      if (text.find(hidden) != absl::string_view::npos) complaint = "a hidden command";
    }
    lines[row_].append(text.data(), text.size());
    column_ += Width(text);
    if (column_ > size_.width) complaint = "over the edge";
  }

  const ScreenSize size_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

}  // namespace presences::cli
