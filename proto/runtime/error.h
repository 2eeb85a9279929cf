// Error: what is wrong with one field of a request.
//
// Threads: one at a time.
#pragma once

#include <string>

namespace presences::transcode {

struct Error {
  std::string field;    // path in JSON names, e.g. "presences[3].status"; empty: the body itself
  std::string message;  // what the field expects, as a clause: "expects a string, not a number"
};

}  // namespace presences::transcode
