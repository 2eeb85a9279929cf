// Console: the static files of the page at `/`, compiled in.
//
// Threads: immutable.
#pragma once

#include <string>
#include <vector>

namespace presences::app {

struct ConsoleFile {
  std::string name;  // console.html, console.js
  std::string text;
};

const std::vector<ConsoleFile>& ConsoleFiles();

}  // namespace presences::app
