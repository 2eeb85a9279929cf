// FakeStream: a connection's bytes in the hands of a test; ConnectionFixture: a connection over it.
//
// Threads: Post any; the rest the test's thread, which plays the stream's.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "server/base/mutex.h"
#include "server/gateway/http/connection.h"
#include "tests/unit/gateway/http_fixture.h"

namespace presences::testing {

class FakeStream final : public gateway::http::Stream {
 public:
  using Owner = std::shared_ptr<gateway::http::StreamOwner>;

  void Open(Owner owner) override { opening_ = std::move(owner); }
  void Read(Owner owner) override;
  bool Write(const Pieces& pieces, Owner owner) override;
  void EndWrites(Owner) override { ended_writes = true; }
  void Close() override { closed = true; }
  std::unique_ptr<gateway::ByteStream> Release() override;
  void Post(absl::AnyInvocable<void()> work) override;
  bool InThread() const override { return std::this_thread::get_id() == thread_; }

  void FinishOpening();
  // Forgets what is under way, as a socket does some time after it was closed.
  void DropOperations();
  // The peer sends this; false: nobody reads. What does not fit the room comes in further reads.
  bool Receive(const std::string& bytes);
  // The peer sends no more.
  void ReceiveEnd();
  // With `blocked`, writes stay under way until one of these.
  void FinishWrite();
  void BreakWrite();
  bool is_reading() const { return reading_ != nullptr; }
  bool is_writing() const { return writing_ != nullptr; }

  // Runs what was posted; false: nothing was.
  bool RunPosted();
  // Runs what is posted until `condition`; false after ten seconds.
  bool RunUntil(const std::function<bool()>& condition);

  bool blocked = false;  // writes stay under way
  bool ended_writes = false;
  bool closed = false;
  bool released = false;
  std::string sent;
  int writes = 0;

 private:
  const std::thread::id thread_ = std::this_thread::get_id();
  Owner opening_;
  Owner reading_;
  Owner writing_;
  Mutex mutex_;
  CondVar cv_;
  std::deque<absl::AnyInvocable<void()>> posted_ GUARDED_BY(mutex_);
};

class ConnectionFixture : public HttpFixture {
 public:
  explicit ConnectionFixture(std::unique_ptr<store::Log> log = store::MakeMemoryLog());
  ~ConnectionFixture();

  // A new connection in place of the old one, which is closed.
  void Connect();
  // Sends a row of HttpFixture::Request.
  void Send(const std::string& row) { stream->Receive(Request(row)); }
  // What was sent since the last call.
  std::string TakeSent();
  // Looks at the deadlines after so long.
  void Pass(std::chrono::milliseconds time);

  gateway::http::Connection::Services services;
  FakeStream* stream = nullptr;  // the connection's
  std::shared_ptr<gateway::http::Connection> connection;
  int closes = 0;
  std::vector<gateway::Upgrade> upgrades;
};

// The answers in `bytes`, one string each. Chunked ones are taken as they are.
std::vector<std::string> SplitAnswers(const std::string& bytes);

}  // namespace presences::testing
