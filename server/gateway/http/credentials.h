// Credentials: what a request shows of who is calling (design 3.3, contract 2.1).
//
// Threads: any (pure functions).
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "server/auth/authenticator.h"
#include "server/gateway/http/http_request.h"

namespace presences::gateway::http {

// The project that the request names: the parameter `project` or the header X-Appwrite-Project;
// for GET the parameter counts first. Empty: none.
std::string ProjectOf(const HttpRequest& request);

// Key, token and session of the request; `project` is what it names, or the only one configured.
// Sessions: cookie a_session_<project>, cookie a_session_<project>_legacy, X-Appwrite-Session, then
// X-Fallback-Cookies; the first one that can be read as a session counts.
auth::Credentials CredentialsOf(const HttpRequest& request, absl::string_view project);

}  // namespace presences::gateway::http
