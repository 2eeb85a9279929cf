// TerminalScreen: the whole terminal for a while; what was on it comes back afterwards, also when
// the program crashes.
//
// Threads: confined to the main thread. One at a time.
#pragma once

#include <string>

#include "client/cli/live/picture.h"

namespace presences::cli {

class TerminalScreen {
 public:
  TerminalScreen();
  ~TerminalScreen();
  TerminalScreen(const TerminalScreen&) = delete;
  TerminalScreen& operator=(const TerminalScreen&) = delete;

  ScreenSize size() const;
  // Shows what Encode made. False: the terminal is gone.
  bool Show(const std::string& encoded) const;
  // Gives the terminal back, stops the program as Ctrl-Z does, and takes it again afterwards.
  void Suspend();

 private:
  void Enter();
  void Leave() const;
};

}  // namespace presences::cli
