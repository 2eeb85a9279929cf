// MakeApp: the whole command line of presencectl.
//
// Threads: confined to the main thread.
#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace presences::cli {

class Session;

// `session` must outlive it.
std::unique_ptr<CLI::App> MakeApp(Session& session);

}  // namespace presences::cli
