// Blocking TCP for measurements; every failure ends the process.
#pragma once

#include <string>

namespace presences::bench {

// A connection to "127.0.0.1:port", without Nagle's delay.
int ConnectTo(const std::string& address);
// A port below the ephemeral ones that nobody listens on now.
int FreePort();
// Returns when somebody listens at `address`.
void WaitFor(const std::string& address);
void SendAll(int fd, const std::string& bytes);

}  // namespace presences::bench
