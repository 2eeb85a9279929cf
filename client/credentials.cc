#include "client/credentials.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace presences::client {
namespace {

absl::Status Check(absl::string_view name, absl::string_view value) {
  const bool fits = std::all_of(value.begin(), value.end(),
                                [](unsigned char c) { return absl::ascii_isprint(c) && c != ' '; });
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name,
                   ": must be visible ASCII characters without spaces or line ends; was it "
                   "read from a file together with its newline?"));
}

}  // namespace

absl::Status CheckCredentials(const Credentials& credentials) {
  if (auto status = Check("project", credentials.project); !status.ok()) return status;
  if (auto status = Check("api_key", credentials.api_key); !status.ok()) return status;
  return Check("token", credentials.token);
}

}  // namespace presences::client
