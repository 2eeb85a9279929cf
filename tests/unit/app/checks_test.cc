// How /livez and /readyz word their answers.
#include "server/ops/checks.h"

#include <gtest/gtest.h>

namespace presences::ops {
namespace {

const Checks kGood = {{"started", ""}, {"storage", ""}};
const Checks kBad = {{"started", ""}, {"storage", "storage: full"}, {"threads", "stalled: x"}};

TEST(Checks, OkWhenAllPass) {
  EXPECT_EQ(Answer(kGood, "").status, 200);
  EXPECT_EQ(Answer(kGood, "").body, "ok\n");
  EXPECT_EQ(Answer({}, "").body, "ok\n");
}

TEST(Checks, OneProblemALine) {
  EXPECT_EQ(Answer(kBad, "").status, 503);
  EXPECT_EQ(Answer(kBad, "").body, "storage: full\nstalled: x\n");
}

TEST(Checks, VerboseListsEveryCheck) {
  EXPECT_EQ(Answer(kGood, "verbose").body, "[+] started ok\n[+] storage ok\nok\n");
  EXPECT_EQ(Answer(kBad, "a=b&verbose=1").body,
            "[+] started ok\n[-] storage failed: storage: full\n[-] threads failed: stalled: x\n");
  EXPECT_EQ(Answer(kBad, "verbose=0").body, "storage: full\nstalled: x\n");
}

}  // namespace
}  // namespace presences::ops
