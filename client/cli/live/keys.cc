#include "client/cli/live/keys.h"

namespace presences::cli {
namespace {

struct Known {
  absl::string_view bytes;
  Key key;
};
constexpr Known kKnown[] = {
    {"q", Key::kQuit},      {"Q", Key::kQuit},         {"\x03", Key::kQuit},
    {"k", Key::kUp},        {"j", Key::kDown},         {"b", Key::kPageUp},
    {" ", Key::kPageDown},  {"g", Key::kHome},         {"G", Key::kEnd},
    {"\x1b[A", Key::kUp},   {"\x1b[B", Key::kDown},    {"\x1bOA", Key::kUp},
    {"\x1bOB", Key::kDown}, {"\x1b[5~", Key::kPageUp}, {"\x1b[6~", Key::kPageDown},
    {"\x1b[H", Key::kHome}, {"\x1b[F", Key::kEnd},     {"\x1bOH", Key::kHome},
    {"\x1bOF", Key::kEnd},  {"\x1b[1~", Key::kHome},   {"\x1b[4~", Key::kEnd},
};

// The length of the key that `bytes` begin with; 0: it has not arrived whole.
std::size_t LengthOf(absl::string_view bytes) {
  if (bytes[0] != '\x1b') return 1;
  if (bytes.size() == 1) return 0;
  if (bytes[1] == 'O') return bytes.size() < 3 ? 0 : 3;
  if (bytes[1] != '[') return 1;  // an Esc, then another key
  for (std::size_t i = 2; i < bytes.size(); ++i) {
    if (bytes[i] >= 0x40 && bytes[i] <= 0x7E) return i + 1;
  }
  return 0;
}

}  // namespace

std::vector<Key> KeyReader::Read(absl::string_view bytes) {
  rest_.append(bytes.data(), bytes.size());
  absl::string_view left = rest_;
  std::vector<Key> keys;
  while (!left.empty()) {
    const std::size_t length = LengthOf(left);
    if (length == 0) break;
    const absl::string_view one = left.substr(0, length);
    if (one == "\x1b") keys.push_back(Key::kQuit);
    for (const Known& known : kKnown) {
      if (known.bytes == one) keys.push_back(known.key);
    }
    left.remove_prefix(length);
  }
  rest_ = std::string(left);
  return keys;
}

Key KeyReader::TakeEscape() {
  rest_.clear();
  return Key::kQuit;
}

}  // namespace presences::cli
