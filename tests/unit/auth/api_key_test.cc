#include "server/auth/api_key.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace presences::auth {
namespace {

constexpr char kHexOfAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(ApiKeyTest, HashesAsTheStandardSays) {
  EXPECT_EQ(Sha256Hex("abc"), kHexOfAbc);
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256("abc").size(), 32u);
}

TEST(ApiKeyTest, HexIsReadInEitherCaseAndNothingElse) {
  EXPECT_EQ(ParseSha256Hex(kHexOfAbc), Sha256("abc"));
  std::string upper = kHexOfAbc;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(ParseSha256Hex(upper), Sha256("abc"));
  EXPECT_EQ(ParseSha256Hex(std::string(kHexOfAbc).substr(1)), std::nullopt);
  EXPECT_EQ(ParseSha256Hex(std::string(kHexOfAbc) + "0"), std::nullopt);
  EXPECT_EQ(ParseSha256Hex(std::string(63, 'a') + "g"), std::nullopt);
  EXPECT_EQ(ParseSha256Hex(std::string(63, 'a') + " "), std::nullopt);
  EXPECT_EQ(ParseSha256Hex(""), std::nullopt);
}

TEST(ApiKeyTest, ThreadsDoNotShareHashState) {
  std::vector<std::thread> threads;
  std::vector<std::string> results(4);
  for (std::string& result : results) {
    threads.emplace_back([&result] {
      for (int i = 0; i < 1000; ++i) result = Sha256Hex("abc");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) EXPECT_EQ(result, kHexOfAbc);
}

}  // namespace
}  // namespace presences::auth
