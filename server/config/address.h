// Address: where to listen or connect: a host and a port.
//
// Threads: immutable by convention.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace presences::config {

struct Address {
  std::string host;        // name or IP address; IPv6 without brackets
  std::uint16_t port = 0;  // 0: any free port, for listeners only

  // host:port, with brackets around IPv6.
  std::string ToString() const;
  // True for localhost, 127.0.0.0/8 and ::1: nobody else can reach it.
  bool is_loopback() const;

  friend bool operator==(const Address&, const Address&) = default;
};

// Reads host:port or [IPv6]:port. nullopt: the host is missing or malformed, or the port is no
// number up to 65535.
std::optional<Address> ParseAddress(absl::string_view text);

}  // namespace presences::config
