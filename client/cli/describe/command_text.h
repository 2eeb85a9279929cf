// CommandText: what a command line says about itself, taken from the CLI11 app that reads it.
//
// Completions, the man page and the reference are all written from this, so none of them can name
// a flag that does not exist, or miss one.
//
// Threads: plain data.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace presences::cli {

struct OptionText {
  std::vector<std::string> names = {};  // with their dashes; a positional: its one name
  bool positional = false;
  bool required = false;
  bool repeatable = false;
  std::string value = {};                 // what it takes, e.g. TEXT, FILE; empty: a switch
  std::vector<std::string> choices = {};  // the only values it takes
  std::string fallback = {};              // the value when it is not given
  std::string variable = {};              // of the environment
  std::string about = {};
};

struct CommandText {
  std::vector<std::string> path = {};  // without the program's name: {"token", "mint"}
  std::string about = {};
  std::vector<OptionText> options = {};  // its own, positionals included
  std::vector<CommandText> commands = {};
};

CommandText Describe(const CLI::App& app);

// `command` and all below it, parents first.
std::vector<const CommandText*> Flatten(const CommandText& command);
// `presencectl token mint`, as a reader types it.
std::string TypedName(const CommandText& command);
// `presencectl upsert [FLAGS] presenceId`.
std::string Usage(const CommandText& command);

}  // namespace presences::cli
