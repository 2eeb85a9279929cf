// The commands of presencectl: each adds itself to the command line.
//
// Threads: confined to the main thread.
#pragma once

#include "client/cli/session.h"

namespace presences::cli {

void AddUpsert(CLI::App& app, Session& session);
void AddGet(CLI::App& app, Session& session);
void AddList(CLI::App& app, Session& session);
void AddCount(CLI::App& app, Session& session);
void AddUpdate(CLI::App& app, Session& session);
void AddDelete(CLI::App& app, Session& session);
void AddWatch(CLI::App& app, Session& session);
void AddHold(CLI::App& app, Session& session);
void AddToken(CLI::App& app, Session& session);
void AddHealth(CLI::App& app, Session& session);
void AddBench(CLI::App& app, Session& session);
void AddImport(CLI::App& app, Session& session);
void AddExport(CLI::App& app, Session& session);
void AddCompletion(CLI::App& app, Session& session);
void AddMan(CLI::App& app, Session& session);

inline void AddCommands(CLI::App& app, Session& session) {
  AddUpsert(app, session);
  AddGet(app, session);
  AddList(app, session);
  AddCount(app, session);
  AddUpdate(app, session);
  AddDelete(app, session);
  AddWatch(app, session);
  AddHold(app, session);
  AddToken(app, session);
  AddHealth(app, session);
  AddBench(app, session);
  AddImport(app, session);
  AddExport(app, session);
  AddCompletion(app, session);
  AddMan(app, session);
}

}  // namespace presences::cli
