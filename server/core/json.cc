#include "server/core/json.h"

#include <cmath>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/core/json_string.h"
#include "server/core/validate.h"

namespace presences {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Takes `letter` from the front of `text`, as itself or spelled \u00XX.
bool TakeLetter(absl::string_view& text, char letter) {
  if (!text.empty() && text[0] == letter) {
    text.remove_prefix(1);
    return true;
  }
  constexpr absl::string_view kHex = "0123456789abcdef";
  const auto code = static_cast<unsigned char>(letter);
  if (text.size() < 6 || !absl::StartsWith(text, "\\u00") || text[4] != kHex[code >> 4] ||
      absl::ascii_tolower(static_cast<unsigned char>(text[5])) != kHex[code & 15]) {
    return false;
  }
  text.remove_prefix(6);
  return true;
}

bool Spells(absl::string_view text, absl::string_view word) {
  for (const char letter : word) {
    if (!TakeLetter(text, letter)) return false;
  }
  return true;
}

// The word in `key` that makes the JSON parser of both SDKs throw; empty: none. That parser looks
// at the decoded key and still accepts \u00XX for each letter, so "a\\u0063onstructor" counts too.
absl::string_view PoisonIn(absl::string_view key) {
  constexpr absl::string_view kFirstBytes = "_c\\";
  for (std::size_t at = key.find_first_of(kFirstBytes); at != absl::string_view::npos;
       at = key.find_first_of(kFirstBytes, at + 1)) {
    for (const absl::string_view word : {"__proto__", "constructor"}) {
      if (Spells(key.substr(at), word)) return word;
    }
  }
  return {};
}

// Copies one JSON text without white space, checking it on the way.
class Compactor {
 public:
  Compactor(absl::string_view field, absl::string_view text) : field_(field), text_(text) {
    out_.reserve(text.size());
  }

  absl::Status Run() {
    SkipSpace();
    if (Peek() != '{' && Peek() != '[') {
      return InvalidField(field_, R"(must be a JSON object, such as {"page":"/home"}; send one)");
    }
    absl::Status status = Value(0);
    if (!status.ok()) return status;
    SkipSpace();
    if (!AtEnd()) return Wrong("text after the object; remove it");
    return absl::OkStatus();
  }

  std::string&& out() { return std::move(out_); }

 private:
  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  void SkipSpace() {
    while (!AtEnd() && IsSpace(text_[at_])) ++at_;
  }
  void Copy(std::size_t size) {
    out_.append(text_.data() + at_, size);
    at_ += size;
  }

  absl::Status Wrong(absl::string_view what_and_fix) const {
    return InvalidField(
        field_, absl::StrCat("must be valid JSON, but has at byte ", at_, " ", what_and_fix));
  }
  absl::Status Expected(absl::string_view what) const {
    return Wrong(absl::StrCat(AtEnd() ? "its end" : "something else", " where ", what,
                              " is expected; write it with a JSON library"));
  }

  // The value at the cursor, inside `depth` objects and arrays.
  absl::Status Value(int depth) {
    switch (Peek()) {
      case '{':
        return Object(depth + 1);
      case '[':
        return Array(depth + 1);
      case '"':
        return String();
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      default:
        return Number();
    }
  }

  absl::Status CheckDepth(int depth) const {
    if (depth <= kMaxMetadataDepth) return absl::OkStatus();
    return MakeError(Reason::kDocumentInvalidStructure,
                     absl::StrCat(field_, ": must not nest deeper than ", kMaxMetadataDepth,
                                  " levels; flatten it"),
                     {{"field", field_}});
  }

  absl::Status Object(int depth) { return Members('}', depth, &Compactor::Member); }
  absl::Status Array(int depth) { return Members(']', depth, &Compactor::Value); }

  // What objects and arrays share: the brackets and the commas.
  absl::Status Members(char close, int depth, absl::Status (Compactor::*member)(int)) {
    absl::Status status = CheckDepth(depth);
    if (!status.ok()) return status;
    Copy(1);
    SkipSpace();
    if (Peek() == close) {
      Copy(1);
      return absl::OkStatus();
    }
    while (true) {
      status = (this->*member)(depth);
      if (!status.ok()) return status;
      SkipSpace();
      const char next = Peek();
      if (next != ',' && next != close) {
        return Expected(close == '}' ? "a comma or }" : "a comma or ]");
      }
      Copy(1);
      if (next == close) return absl::OkStatus();
      SkipSpace();
    }
  }

  absl::Status Member(int depth) {
    if (Peek() != '"') return Expected("a quoted key");
    absl::Status status = Key();
    if (!status.ok()) return status;
    SkipSpace();
    if (Peek() != ':') return Expected("a colon");
    Copy(1);
    SkipSpace();
    return Value(depth);
  }

  absl::Status Key() {
    key_.clear();
    absl::Status status = String(&key_);
    if (!status.ok()) return status;
    const absl::string_view poison = PoisonIn(key_);
    if (poison.empty()) return absl::OkStatus();
    return InvalidField(field_, absl::StrCat("keys must not contain ", poison,
                                             ", since JavaScript clients cannot read it back; "
                                             "rename the key that ends before byte ",
                                             at_));
  }

  absl::Status String(std::string* decoded = nullptr) {
    const std::size_t size = JsonStringSize(text_.substr(at_));
    if (size == 0) return Wrong("a string without an end; close it with a quote");
    if (const char* wrong = DecodeJsonString(text_.substr(at_ + 1, size - 2), decoded)) {
      return Wrong(absl::StrCat("a string that breaks a rule: ", wrong));
    }
    Copy(size);
    return absl::OkStatus();
  }

  absl::Status Word(absl::string_view word) {
    if (text_.substr(at_, word.size()) != word) return Expected("a value");
    Copy(word.size());
    return absl::OkStatus();
  }

  absl::Status Number() {
    const std::size_t size = NumberSize();
    if (size == 0) return Expected("a value");
    double value = 0;
    const char* begin = text_.data() + at_;
    const absl::from_chars_result read = absl::from_chars(begin, begin + size, value);
    // Out of range and near zero is an underflow, which JavaScript reads as 0.
    if (read.ec == std::errc::result_out_of_range && std::abs(value) > 1) {
      return Wrong("a number that does not fit a double; send it as a string");
    }
    Copy(size);
    return absl::OkStatus();
  }

  // The size of the number at the cursor; 0: there is none.
  std::size_t NumberSize() const {
    std::size_t at = at_;
    const auto digits = [&] {
      const std::size_t begin = at;
      while (at < text_.size() && IsDigit(text_[at])) ++at;
      return at - begin;
    };
    const auto is = [&](absl::string_view characters) {
      return at < text_.size() && characters.find(text_[at]) != absl::string_view::npos;
    };
    if (is("-")) ++at;
    if (is("0")) {
      ++at;
    } else if (digits() == 0) {
      return 0;
    }
    if (is(".")) {
      ++at;
      if (digits() == 0) return 0;
    }
    if (is("eE")) {
      ++at;
      if (is("+-")) ++at;
      if (digits() == 0) return 0;
    }
    return at - at_;
  }

  const absl::string_view field_;
  const absl::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
  std::string key_;  // decoded, reused
};

}  // namespace

absl::StatusOr<std::string> CompactMetadata(absl::string_view field, absl::string_view text) {
  Compactor compactor(field, text);
  const absl::Status status = compactor.Run();
  if (!status.ok()) return status;
  std::string compact = compactor.out();
  if (compact == "[]") return std::string("{}");
  if (compact[0] != '{') {
    return InvalidField(field, R"(must be a JSON object, not a list; send {"key": [...]})");
  }
  if (compact.size() > kMaxMetadataSize) {
    return MakeError(Reason::kDocumentInvalidStructure,
                     absl::StrCat(field, ": must be at most ", kMaxMetadataSize,
                                  " bytes of compact JSON, got ", compact.size(), "; shorten it"),
                     {{"field", field}});
  }
  return compact;
}

}  // namespace presences
