// How long gRPC streams last: their age, and their end when the server stops.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "server/gateway/grpc/open_streams.h"
#include "server/gateway/grpc/stream_age.h"
#include "tests/support/status_matchers.h"

namespace presences::gateway {
namespace {

using presences::testing::HasReason;
using std::chrono::milliseconds;
using std::chrono::system_clock;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(EndOfStreamTest, IsBeforeGrpcAsksTheConnectionToEndAndDiffersFromStreamToStream) {
  const system_clock::time_point now = system_clock::now();
  const milliseconds age(1'000'000);
  auto first = now + age;
  auto last = now;
  for (int i = 0; i < 200; ++i) {
    const auto end = EndOfStream(now, age);
    ASSERT_TRUE(end);
    first = std::min(first, *end);
    last = std::max(last, *end);
  }
  EXPECT_GE(first - now, age * 8 / 10);
  EXPECT_LE(last - now, age * 9 / 10);
  EXPECT_GT(last - first, age / 20) << "they would all come back at once";
}

TEST(EndOfStreamTest, NeverComesWithoutAnAge) {
  EXPECT_FALSE(EndOfStream(system_clock::now(), milliseconds(0)));
}

TEST(SentOnTest, SaysThatItIsWorthComingBack) {
  EXPECT_THAT(SentOn(), HasReason(Reason::kGeneralShuttingDown, "connect again"));
}

class OpenStreamsTest : public ::testing::Test {
 protected:
  void Add(const std::string& name) {
    names_.push_back(std::make_unique<std::string>(name));
    const std::string* key = names_.back().get();
    streams_.Add(key, {[this, key] {
                         ended_.push_back(*key);
                         streams_.Remove(key);  // as a stream does that ends at once
                       },
                       [this, key] { checked_.push_back(*key); }});
  }

  OpenStreams streams_;
  std::vector<std::unique_ptr<std::string>> names_;
  std::vector<std::string> ended_;
  std::vector<std::string> checked_;
};

TEST_F(OpenStreamsTest, EndsThoseThatAreOpenOnce) {
  Add("a");
  Add("b");
  Add("c");
  streams_.Remove(names_[1].get());
  EXPECT_THAT(ended_, IsEmpty());
  streams_.EndAll();
  EXPECT_THAT(ended_, UnorderedElementsAre("a", "c"));
  streams_.EndAll();
  EXPECT_EQ(ended_.size(), 2u);
}

TEST_F(OpenStreamsTest, TellsThoseThatAreOpenToLookAtTheirCredential) {
  Add("a");
  Add("b");
  streams_.Remove(names_[0].get());
  streams_.CheckCredentials();
  EXPECT_THAT(checked_, ElementsAre("b"));
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(OpenStreamsTest, EndsThoseThatComeTooLateAtOnce) {
  streams_.EndAll();
  Add("late");
  EXPECT_THAT(ended_, ElementsAre("late"));
}

}  // namespace
}  // namespace presences::gateway
