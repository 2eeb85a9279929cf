#include "tests/unit/gateway/fake_stream.h"

#include <chrono>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "gtest/gtest.h"
#include "server/gateway/net/byte_stream.h"

namespace presences::testing {

void FakeStream::Read(Owner owner) {
  EXPECT_EQ(reading_, nullptr) << "two reads at a time";
  EXPECT_FALSE(closed);
  reading_ = std::move(owner);
}

bool FakeStream::Write(const Pieces& pieces, Owner owner) {
  EXPECT_EQ(writing_, nullptr) << "two writes at a time";
  EXPECT_FALSE(ended_writes) << "a write after the end";
  for (const absl::string_view piece : pieces) sent.append(piece.data(), piece.size());
  ++writes;
  if (!blocked) return true;
  writing_ = std::move(owner);
  return false;
}

std::unique_ptr<gateway::ByteStream> FakeStream::Release() {
  EXPECT_EQ(reading_, nullptr);
  EXPECT_EQ(writing_, nullptr);
  released = true;
  return nullptr;
}

void FakeStream::Post(absl::AnyInvocable<void()> work) {
  MutexLock lock(mutex_);
  posted_.push_back(std::move(work));
  cv_.NotifyAll();
}

void FakeStream::DropOperations() {
  reading_ = nullptr;
  writing_ = nullptr;
}

void FakeStream::FinishOpening() {
  const Owner owner = std::move(opening_);
  owner->OnOpen();
}

bool FakeStream::Receive(const std::string& bytes) {
  std::size_t given = 0;
  while (given < bytes.size()) {
    const Owner owner = std::move(reading_);
    if (owner == nullptr) return false;
    const absl::Span<char> room = owner->ReadRoom();
    const std::size_t count = std::min(room.size(), bytes.size() - given);
    std::memcpy(room.data(), bytes.data() + given, count);
    given += count;
    owner->OnRead(count);
  }
  return true;
}

void FakeStream::ReceiveEnd() {
  const Owner owner = std::move(reading_);
  ASSERT_NE(owner, nullptr) << "nobody reads";
  owner->OnEnd();
}

void FakeStream::FinishWrite() {
  const Owner owner = std::move(writing_);
  ASSERT_NE(owner, nullptr) << "nothing is written";
  owner->OnWritten();
}

void FakeStream::BreakWrite() {
  const Owner owner = std::move(writing_);
  ASSERT_NE(owner, nullptr) << "nothing is written";
  owner->OnBroken();
}

bool FakeStream::RunPosted() {
  std::deque<absl::AnyInvocable<void()>> work;
  {
    MutexLock lock(mutex_);
    work.swap(posted_);
  }
  for (auto& each : work) each();
  return !work.empty();
}

bool FakeStream::RunUntil(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (RunPosted()) continue;
    MutexLock lock(mutex_);
    if (!posted_.empty()) continue;
    if (std::chrono::steady_clock::now() > until) return false;
    cv_.WaitFor(lock, std::chrono::milliseconds(50));
  }
  return true;
}

ConnectionFixture::ConnectionFixture(std::unique_ptr<store::Log> log)
    : HttpFixture(std::move(log)), services{handler, clock, {}, [this](gateway::Upgrade upgrade) {
                                              upgrades.push_back(std::move(upgrade));
                                            }} {
  Connect();
}

void ConnectionFixture::Connect() {
  if (connection != nullptr) {
    connection->Close();
    stream->DropOperations();
  }
  auto made = std::make_unique<FakeStream>();
  stream = made.get();
  connection = std::make_shared<gateway::http::Connection>(
      std::move(made), gateway::http::Peer{"192.0.2.1", false}, services,
      [this](gateway::http::Connection*) { ++closes; });
  connection->Start();
  stream->FinishOpening();
}

ConnectionFixture::~ConnectionFixture() {
  connection->Close();
  stream->DropOperations();
  stack.Stop();
  stream->RunPosted();
}

std::string ConnectionFixture::TakeSent() { return std::exchange(stream->sent, ""); }

void ConnectionFixture::Pass(std::chrono::milliseconds time) {
  clock.Advance(time);
  connection->CheckDeadline(clock.Monotonic());
}

std::vector<std::string> SplitAnswers(const std::string& bytes) {
  std::vector<std::string> answers;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::string rest = bytes.substr(at);
    const std::size_t head = rest.find("\r\n\r\n");
    std::size_t length = 0;
    if (head == std::string::npos) {
      answers.push_back(rest);
      break;
    }
    EXPECT_TRUE(absl::SimpleAtoi(HeaderOf(rest, "Content-Length"), &length) ||
                HeaderOf(rest, "Content-Length").empty());
    answers.push_back(rest.substr(0, head + 4 + length));
    at += answers.back().size();
  }
  return answers;
}

}  // namespace presences::testing
