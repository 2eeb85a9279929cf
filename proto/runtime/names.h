// EnumName: one spelling of one enum value, for the readers of text.
//
// Threads: immutable.
#pragma once

#include "absl/strings/string_view.h"

namespace presences::transcode {

struct EnumName {
  absl::string_view name;
  int number;
};

}  // namespace presences::transcode
