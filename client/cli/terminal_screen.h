// TerminalScreen: the whole terminal for a while; what was on it comes back afterwards.
//
// Threads: confined to the main thread.
#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "client/cli/live_watch.h"

namespace presences::cli {

class TerminalScreen {
 public:
  TerminalScreen();
  ~TerminalScreen();
  TerminalScreen(const TerminalScreen&) = delete;
  TerminalScreen& operator=(const TerminalScreen&) = delete;

  ScreenSize size() const;
  // Replaces what is shown, in one write, without flicker.
  void Draw(const std::vector<std::string>& lines) const;

 private:
  bool raw_ = false;  // keys arrive one by one and unseen
  termios before_{};
};

}  // namespace presences::cli
