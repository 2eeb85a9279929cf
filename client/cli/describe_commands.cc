// completion and man: what the command line says about itself.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <memory>

#include "client/cli/commands.h"
#include "client/cli/describe/documents.h"

namespace presences::cli {

void AddCompletion(CLI::App& app, Session& session) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "completion",
      "Prints what teaches a shell to complete; e.g. source <(presencectl completion "
      "bash)");
  command->add_option("shell", *shell, "The shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, &session, shell] {
    session.SetCommand([&app, &session, shell] {
      const CommandText root = Describe(app);
      session.out() << (*shell == "bash"  ? BashCompletion(root)
                        : *shell == "zsh" ? ZshCompletion(root)
                                          : FishCompletion(root));
      return kOk;
    });
  });
}

void AddMan(CLI::App& app, Session& session) {
  auto format = std::make_shared<std::string>("roff");
  CLI::App* command =
      app.add_subcommand("man", "Prints the manual; e.g. presencectl man | man -l -");
  command->add_option("--format", *format, "roff for man, markdown for docs/presencectl.md")
      ->check(CLI::IsMember({"roff", "markdown"}))
      ->capture_default_str();
  command->callback([&app, &session, format] {
    session.SetCommand([&app, &session, format] {
      const CommandText root = Describe(app);
      session.out() << (*format == "roff" ? ManPage(root, PRESENCES_VERSION)
                                          : MarkdownReference(root));
      return kOk;
    });
  });
}

}  // namespace presences::cli
