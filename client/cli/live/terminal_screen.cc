#include "client/cli/live/terminal_screen.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/string_view.h"

namespace presences::cli {
namespace {

// The other screen, cursor hidden, no line wraps; and back.
constexpr char kEnter[] = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr char kLeave[] = "\x1b[?7h\x1b[m\x1b[?25h\x1b[?1049l";

// What a crash restores; a signal handler has no object.
struct {
  termios before;
  bool raw = false;
} terminal;

bool Write(absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd full{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
      poll(&full, 1, 100);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

void GiveBack() {
  Write(kLeave);
  if (terminal.raw) tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
}

// Only what POSIX allows in a handler: write and tcsetattr.
void OnCrash(int number) {
  GiveBack();
  signal(number, SIG_DFL);
  raise(number);
}

constexpr int kCrashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

}  // namespace

TerminalScreen::TerminalScreen() {
  Enter();
  for (const int number : kCrashes) signal(number, OnCrash);
}

TerminalScreen::~TerminalScreen() {
  for (const int number : kCrashes) signal(number, SIG_DFL);
  Leave();
}

void TerminalScreen::Enter() {
  if (isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &terminal.before) == 0) {
    termios raw = terminal.before;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    terminal.raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
  }
  Write(kEnter);
}

void TerminalScreen::Leave() const {
  GiveBack();
  terminal.raw = false;
}

void TerminalScreen::Suspend() {
  Leave();
  raise(SIGSTOP);
  Enter();
}

ScreenSize TerminalScreen::size() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return {};
  }
  return {size.ws_col, size.ws_row};
}

bool TerminalScreen::Show(const std::string& encoded) const { return Write(encoded); }

}  // namespace presences::cli
