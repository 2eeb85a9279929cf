// LivePicture: what watch shows: who is asked and how it goes, the rows that fit, where they are.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "client/cli/live/keys.h"
#include "client/cli/live/live_table.h"
#include "client/cli/live/picture.h"

namespace presences::cli {

class LivePicture {
 public:
  // `place`: what is watched, e.g. the endpoint and the filters.
  explicit LivePicture(std::string place);

  // Scrolls. False: the user wants to leave.
  bool Press(Key key);
  std::vector<Line> Draw(const LiveTable& table, ScreenSize size, MonotonicTime now,
                         TimePoint wall);

 private:
  const std::string place_;
  std::size_t top_ = 0;   // the first row that is shown
  std::size_t room_ = 1;  // rows of the latest picture
};

}  // namespace presences::cli
