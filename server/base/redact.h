// Redact: masks what looks like a credential, whoever let it come this far.
//
// Nobody hands secrets to the log on purpose; this is what stands behind that rule, applied to
// every text of every line. It knows JWTs and base64 JSON (sessions), API keys of the Appwrite
// form, `Bearer …`, and the values of parameters and cookies that are named like secrets.
//
// Threads: any (a pure function).
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace presences {

inline constexpr char kRedactedText[] = "(redacted)";

std::string Redact(absl::string_view text);

}  // namespace presences
