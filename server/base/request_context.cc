#include "server/base/request_context.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/hex.h"
#include "server/base/random_bits.h"

namespace presences {
namespace {

bool IsIdChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::string_view("._~:/+=@-").find(c) != absl::string_view::npos;
}

}  // namespace

bool RequestId::Take(absl::string_view given) {
  if (given.empty() || given.size() > kMaxSize ||
      !std::all_of(given.begin(), given.end(), IsIdChar)) {
    return false;
  }
  std::copy(given.begin(), given.end(), text_.begin());
  size_ = static_cast<std::uint8_t>(given.size());
  given_ = true;
  return true;
}

absl::string_view RequestId::text() const {
  if (size_ == 0) {
    WriteHex(RandomBits(), text_.data());
    size_ = kHexSize;
  }
  return {text_.data(), size_};
}

RequestId RequestId::Part(std::uint64_t number) const {
  const std::string end = absl::StrCat(".", number);
  RequestId part;
  part.Take(absl::StrCat(text().substr(0, kMaxSize - end.size()), end));
  return part;
}

RequestContext RequestContext::Message(std::uint64_t number) const {
  RequestContext message;
  message.id = id.Part(number);
  if (trace) message.trace = ContinueTrace(trace->self, trace->state);
  return message;
}

void RequestContext::AddTo(LogRecord& record) const {
  record.Add("request_id", id.text());
  if (!trace) return;
  record.Add("trace_id", TraceIdOf(trace->self)).Add("span_id", SpanIdOf(trace->self.span));
}

}  // namespace presences
