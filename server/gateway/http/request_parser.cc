#include "server/gateway/http/request_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/api/presences_api.h"
#include "server/base/reason.h"

namespace presences::gateway::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using HttpError = beast::http::error;

constexpr std::size_t kVersionSize = 11;    // " HTTP/1.1" and the line end
constexpr std::size_t kMaxLeadingCrLf = 4;  // some clients end a body with one that does not count
constexpr std::size_t kMaxChunkHeader = kMaxHeaders;
// The least that a chunked body can end with, "0" and two line ends. Beast relies on having that
// much when it looks for the end again.
constexpr std::size_t kMinChunkEnd = 5;

absl::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

absl::Status Malformed(absl::string_view what) {
  return MakeError(Reason::kGeneralBadRequest, absl::StrCat("the request is not HTTP/1.1 (", what,
                                                            "); the connection is closed"));
}

absl::Status TooLarge(absl::string_view what, std::size_t limit) {
  return MakeError(Reason::kGeneralRequestTooLarge,
                   absl::StrCat(what, " larger than the limit of ", limit, " bytes; send less"),
                   {{"limit", "request_size"}, {"value", absl::StrCat(limit)}});
}

}  // namespace

// Notes the pieces as Beast finds them.
class RequestParser::Beast final : public beast::http::basic_parser<true> {
 public:
  explicit Beast(HttpRequest& request) : request_(request) {
    eager(false);
    body_limit(boost::none);  // it is bounded once the route is known
    header_limit(kMaxRequestLine + kMaxHeaders);
  }

  void LimitBody(std::size_t limit) { body_limit_ = limit; }
  void ReceivedSize(std::size_t size) { received_size_ = size; }
  // Our refusal, or what Beast says.
  absl::Status ErrorOf(error_code error) const {
    if (!refusal_.ok()) return refusal_;
    if (error == HttpError::header_limit) {
      return fields_start_ == 0 ? TooLarge("request line", kMaxRequestLine)
                                : TooLarge("headers", kMaxHeaders);
    }
    return Malformed(error.message());
  }

 private:
  HttpRequest::Piece PieceOf(beast::string_view text) const {
    return {static_cast<std::uint32_t>(text.data() - request_.base_),
            static_cast<std::uint32_t>(text.size())};
  }
  // A value that was folded over several lines comes in memory of Beast's own.
  bool IsInBuffer(beast::string_view text) const {
    return text.data() >= request_.base_ && text.data() < request_.base_ + received_size_;
  }
  void Refuse(const absl::Status& status, error_code& error) {
    refusal_ = status;
    error = HttpError::bad_value;
  }

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                       int version, error_code& error) override {
    request_.method_ = PieceOf(method);
    request_.target_ = PieceOf(target);
    request_.http11_ = version == 11;
    fields_start_ = request_.target_.offset + target.size() + kVersionSize;
    if (fields_start_ > kMaxRequestLine) {
      return Refuse(TooLarge("request line", kMaxRequestLine), error);
    }
    header_limit(kMaxHeaders);
  }

  void on_field_impl(beast::http::field field, beast::string_view name, beast::string_view value,
                     error_code& error) override {
    if (is_header_done()) return;  // a trailer: nothing in it would be believed
    if (!value.empty() && !IsInBuffer(value)) {
      return Refuse(Malformed("a header is folded over several lines"), error);
    }
    if (field == beast::http::field::transfer_encoding &&
        !absl::EqualsIgnoreCase(View(value), "chunked")) {
      return Refuse(Malformed("Transfer-Encoding: only chunked is understood"), error);
    }
    const HttpRequest::Piece at = PieceOf(name);
    if (at.offset + name.size() + value.size() > fields_start_ + kMaxHeaders) {
      return Refuse(TooLarge("headers", kMaxHeaders), error);
    }
    if (!value.empty()) request_.fields_.push_back({at, PieceOf(value)});
  }

  void on_header_impl(error_code&) override {
    request_.keep_alive_ = keep_alive();
    request_.chunked_ = chunked();
  }

  void on_chunk_header_impl(std::uint64_t size, beast::string_view, error_code& error) override {
    if (size <= body_limit_ - request_.chunked_body_.size()) return;
    Refuse(TooLarge("body", body_limit_), error);
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view text, error_code&) override {
    request_.chunked_body_.append(text.data(), text.size());
    return text.size();
  }

  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view text, error_code&) override { return text.size(); }
  void on_finish_impl(error_code&) override {}

  HttpRequest& request_;
  std::size_t received_size_ = 0;
  std::size_t fields_start_ = 0;
  std::size_t body_limit_ = 0;
  absl::Status refusal_;
};

RequestParser::RequestParser() : beast_(std::make_unique<Beast>(request_)) {}
RequestParser::~RequestParser() = default;

RequestParser::State RequestParser::Parse(absl::string_view received) {
  if (!error_.ok()) return State::kFailed;
  request_.base_ = received.data();
  beast_->ReceivedSize(received.size());
  while (consumed_ < kMaxLeadingCrLf && !beast_->got_some()) {
    const absl::string_view rest = received.substr(consumed_, 2);
    if (rest == "\r") return State::kHeader;
    if (rest != "\r\n") break;
    consumed_ += 2;
  }
  while (!beast_->is_done()) {
    if (header_size_ != 0 && !limited_) return State::kBody;
    const std::size_t left = received.size() - consumed_;
    if (left == 0 || (request_.chunked_ && left < kMinChunkEnd)) break;
    error_code error;
    consumed_ += beast_->put({received.data() + consumed_, left}, error);
    if (header_size_ == 0 && beast_->is_header_done()) header_size_ = consumed_;
    if (error == HttpError::need_more) break;
    if (error) return Fail(beast_->ErrorOf(error));
  }
  if (beast_->is_done()) {
    if (!request_.chunked_) {
      request_.body_ = {static_cast<std::uint32_t>(header_size_),
                        static_cast<std::uint32_t>(consumed_ - header_size_)};
    }
    return State::kDone;
  }
  if (header_size_ == 0) return State::kHeader;
  if (received.size() - consumed_ > kMaxChunkHeader) {
    return Fail(TooLarge("chunk header", kMaxChunkHeader));
  }
  return State::kBody;
}

bool RequestParser::LimitBody(std::size_t limit) {
  limited_ = true;
  beast_->LimitBody(limit);
  const auto length = beast_->content_length();
  if (!length || *length <= limit) return true;
  Fail(api::CheckSize(*length, limit));
  return false;
}

std::size_t RequestParser::missing() const {
  if (header_size_ == 0) return 0;
  const auto length = beast_->content_length();
  return length ? static_cast<std::size_t>(*length) - (consumed_ - header_size_) : 0;
}

RequestParser::Waste RequestParser::TakeWaste() {
  if (!request_.chunked_ || header_size_ == 0) return {};
  const Waste waste{header_size_, consumed_ - header_size_};
  consumed_ = header_size_;
  return waste;
}

void RequestParser::Reset() {
  std::destroy_at(beast_.get());
  std::construct_at(beast_.get(), request_);
  request_.method_ = {};
  request_.target_ = {};
  request_.fields_.clear();
  request_.body_ = {};
  request_.chunked_body_.clear();
  request_.chunked_ = false;
  request_.http11_ = true;
  request_.keep_alive_ = false;
  consumed_ = 0;
  header_size_ = 0;
  limited_ = false;
}

RequestParser::State RequestParser::Fail(const absl::Status& error) {
  error_ = error;
  return State::kFailed;
}

}  // namespace presences::gateway::http
