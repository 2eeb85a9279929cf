#include "client/cli/terminal_screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "absl/strings/string_view.h"

namespace presences::cli {
namespace {

constexpr char kEnter[] = "\x1b[?1049h\x1b[?25l";  // the other screen, cursor hidden
constexpr char kLeave[] = "\x1b[?25h\x1b[?1049l";
constexpr char kHome[] = "\x1b[H";
constexpr char kEndOfLine[] = "\x1b[K\r\n";
constexpr char kClearBelow[] = "\x1b[J";

void Write(absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written <= 0) return;  // the terminal is gone; so will be the program
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

TerminalScreen::TerminalScreen() {
  if (isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &before_) == 0) {
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw_ = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
  }
  Write(kEnter);
}

TerminalScreen::~TerminalScreen() {
  Write(kLeave);
  if (raw_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

ScreenSize TerminalScreen::size() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

void TerminalScreen::Draw(const std::vector<std::string>& lines) const {
  std::string picture = kHome;
  for (const std::string& line : lines) {
    picture += line;
    picture += kEndOfLine;
  }
  Write(picture + kClearBelow);
}

}  // namespace presences::cli
