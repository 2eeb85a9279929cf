#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/cli/app.h"
#include "client/cli/environment.h"
#include "client/cli/session.h"
#include "client/cli/usage_error.h"

namespace presences::cli {

int Run(const std::vector<std::string>& arguments, const Environment& environment) {
  Session session(environment);
  const std::unique_ptr<CLI::App> app = MakeApp(session);
  try {
    app->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app->exit(error, environment.out, environment.err);
    environment.err << UsageErrorText(*app, error);
    return kUsage;
  }
  const int code = session.RunCommand();
  environment.out.flush();
  return code;
}

}  // namespace presences::cli
