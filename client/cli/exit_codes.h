// Exit codes: what the shell hears, and what the man page says about it.
//
// Threads: constants.
#pragma once

#include "absl/strings/string_view.h"

namespace presences::cli {

inline constexpr int kOk = 0;
inline constexpr int kRefused = 1;      // the server said no
inline constexpr int kUsage = 2;        // the command line cannot be used
inline constexpr int kUnreachable = 3;  // no answer from the server
inline constexpr int kNotFound = 4;
inline constexpr int kConflict = 5;
inline constexpr int kInterrupted = 130;  // 128 + SIGINT, as shells count

struct ExitCode {
  int code;
  absl::string_view meaning;
};
inline constexpr ExitCode kExitCodes[] = {
    {kOk, "done; health: it serves"},
    {kRefused, "refused by the server; health: it does not serve; bench: some calls failed"},
    {kUsage, "wrong usage; nothing was sent"},
    {kUnreachable, "the server was not reached, or did not answer in time"},
    {kNotFound, "there is no such presence, or it is not yours to see"},
    {kConflict, "somebody else was first: another revision, or the id is taken"},
    {kInterrupted, "bench was interrupted; what it measured until then was reported"},
};

}  // namespace presences::cli
