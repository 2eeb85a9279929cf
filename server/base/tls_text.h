// TlsText: what a listener needs to speak TLS, as PEM text.
//
// Text and not files: whoever read and checked it is sure that the listener uses the same.
//
// Threads: a value.
#pragma once

#include <string>

namespace presences {

struct TlsText {
  std::string certificate;  // then its chain
  std::string key;
  std::string client_ca;  // empty: clients show no certificate

  friend bool operator==(const TlsText&, const TlsText&) = default;
};

}  // namespace presences
