// KeyReader: the bytes of a terminal as keys.
//
// An arrow arrives as Esc and more bytes, mostly but not always in one read; Esc alone is a key of
// its own. So a trailing Esc is kept until more comes, or TakeEscape says that nothing does.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace presences::cli {

enum class Key { kQuit, kUp, kDown, kPageUp, kPageDown, kHome, kEnd };

class KeyReader {
 public:
  // Keys that mean nothing here are left out.
  std::vector<Key> Read(absl::string_view bytes);
  // True: the last byte was an Esc, perhaps of a longer key.
  bool pending() const { return !rest_.empty(); }
  // Nothing followed the Esc: it was the key.
  Key TakeEscape();

 private:
  std::string rest_;
};

}  // namespace presences::cli
