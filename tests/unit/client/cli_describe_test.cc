// What the command line says about itself, and about what it does not know.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <sstream>

#include "client/cli/app.h"
#include "client/cli/describe/documents.h"
#include "client/cli/nearest.h"
#include "client/cli/session.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace presences::cli {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DescribeTest : public ::testing::Test {
 protected:
  int Ctl(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return cli::Run(arguments, environment_);
  }
  std::string Error(const std::vector<std::string>& arguments) {
    EXPECT_EQ(Ctl(arguments), kUsage);
    return err_.str();
  }
  CommandText Root() {
    Session session(environment_);
    return Describe(*MakeApp(session));
  }

  presences::testing::FakeClock clock_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  Environment environment_{
      .connect = [](const client::ConnectOptions&) -> absl::StatusOr<client::PresenceClient> {
        return absl::InternalError("not in this test");
      },
      .in = in_,
      .out = out_,
      .err = err_,
      .clock = clock_};
};

const CommandText* Find(const CommandText& root, const std::string& name) {
  for (const CommandText* command : Flatten(root)) {
    if (TypedName(*command) == "presencectl " + name) return command;
  }
  return nullptr;
}

TEST_F(DescribeTest, TakesEverythingFromTheApp) {
  const CommandText root = Root();
  const CommandText* completion = Find(root, "completion");
  ASSERT_NE(completion, nullptr);
  EXPECT_EQ(Usage(*completion), "presencectl completion [FLAGS] shell");
  ASSERT_EQ(completion->options.size(), 2u);
  EXPECT_THAT(completion->options[1].choices, ElementsAre("bash", "zsh", "fish"));
  const CommandText* mint = Find(root, "token mint");
  ASSERT_NE(mint, nullptr);
  const auto user = std::find_if(mint->options.begin(), mint->options.end(),
                                 [](const auto& o) { return o.names.back() == "--user"; });
  ASSERT_NE(user, mint->options.end());
  EXPECT_TRUE(user->required);
  const auto endpoint = std::find_if(root.options.begin(), root.options.end(),
                                     [](const auto& o) { return o.names.back() == "--endpoint"; });
  ASSERT_NE(endpoint, root.options.end());
  EXPECT_EQ(endpoint->variable, "PRESENCES_ENDPOINT");
  EXPECT_EQ(endpoint->fallback, "127.0.0.1:50051");
}

TEST_F(DescribeTest, EveryDocumentNamesEveryCommandAndFlag) {
  const CommandText root = Root();
  const std::string roff = ManPage(root, "1.2.3");
  const std::string markdown = MarkdownReference(root);
  const std::string scripts[] = {BashCompletion(root), ZshCompletion(root)};
  const std::string fish = FishCompletion(root);
  for (const CommandText* command : Flatten(root)) {
    if (!command->path.empty()) {
      EXPECT_THAT(scripts, Each(HasSubstr(command->path.back())));
      EXPECT_THAT(fish, HasSubstr(command->path.back()));
    }
    for (const OptionText& option : command->options) {
      EXPECT_FALSE(option.about.empty()) << TypedName(*command) << " " << option.names[0];
      if (option.positional) continue;
      const std::string name = option.names.back();
      EXPECT_THAT(markdown, HasSubstr(name));
      EXPECT_THAT(scripts, Each(HasSubstr(name)));
      EXPECT_THAT(fish, HasSubstr("-l " + name.substr(2)));
      EXPECT_THAT(roff, HasSubstr("\\-\\-" + name.substr(2)));
    }
  }
}

TEST_F(DescribeTest, RoffIsSafeFromWhatTextsSay) {
  const CommandText root{.about = ".so /etc/passwd \\fB'x'", .options = {}};
  EXPECT_THAT(ManPage(root, "1"), HasSubstr("\n\\&.so /etc/passwd \\efB'x'\n"));
}

TEST_F(DescribeTest, AnUnknownCommandSuggestsTheNearOne) {
  EXPECT_THAT(Error({"lsit"}), HasSubstr("no command 'lsit' of presencectl; did you mean list?"));
  EXPECT_THAT(Error({"complete"}), HasSubstr("did you mean completion?"));
  EXPECT_THAT(Error({"token", "mnt"}), HasSubstr("of presencectl token; did you mean mint?"));
  EXPECT_THAT(Error({"zzzzzz"}),
              AllOf(HasSubstr("no command 'zzzzzz'"), ::testing::Not(HasSubstr("did you mean"))));
  EXPECT_THAT(Error({}), HasSubstr("presencectl needs a command: upsert, get, list"));
  EXPECT_THAT(Error({"token"}), HasSubstr("presencectl token needs a command: mint, inspect"));
}

TEST_F(DescribeTest, AnUnknownFlagSuggestsTheNearOne) {
  EXPECT_THAT(Error({"upsert", "p", "--stauts=online"}),
              AllOf(HasSubstr("no flag '--stauts' of presencectl upsert; did you mean --status?"),
                    HasSubstr("hint: presencectl upsert --help")));
  EXPECT_THAT(Error({"count", "--group-by=status"}), HasSubstr("did you mean --group_by?"));
  EXPECT_THAT(Error({"list", "--endpont=x"}), HasSubstr("did you mean --endpoint?"));
  EXPECT_THAT(Error({"get", "a", "b"}), HasSubstr("'b' is one argument too many"));
}

TEST_F(DescribeTest, TheHelpTellsExitCodes) {
  EXPECT_EQ(Ctl({"--help"}), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("  3  the server was not reached"),
                                HasSubstr("  4  there is no such presence")));
}

TEST(NearestTest, CountsSlipsOfFingers) {
  EXPECT_EQ(Distance("list", "list"), 0u);
  EXPECT_EQ(Distance("lsit", "list"), 1u);
  EXPECT_EQ(Distance("--group-by", "--group_by"), 0u);
  EXPECT_EQ(Distance("kitten", "sitting"), 3u);
  EXPECT_EQ(Distance("", "abc"), 3u);
  EXPECT_EQ(Nearest("--sta", {"--user", "--status"}), "--status");
  EXPECT_EQ(Nearest("x", {"list", "get"}), "");
}

}  // namespace
}  // namespace presences::cli
