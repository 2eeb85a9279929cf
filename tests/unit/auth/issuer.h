// Issuer: somebody who signs tokens, with a key of its own made by OpenSSL.
//
// Signing shares no code with the server, so a mistake there cannot cancel itself out here.
//
// Threads: confined to one test.
#pragma once

#include <memory>
#include <string>

#include "server/auth/token_verifier.h"

struct evp_pkey_st;

namespace presences::testing {

class Issuer {
 public:
  // A new key; RSA keys take `rsa_bits`.
  explicit Issuer(auth::TokenAlgorithm algorithm, int rsa_bits = 2048);

  // The public key as one JWK; `extra` is put in as further members (`,"kid":"a"`).
  std::string Jwk(const std::string& extra = "") const;
  std::string Jwks(const std::string& extra = "") const {
    return "{\"keys\":[" + Jwk(extra) + "]}";
  }
  // {"alg":"..."} with `extra` put in as further members.
  std::string Header(const std::string& extra = "") const;
  // header.payload.signature. The default header names the algorithm and nothing else.
  std::string Sign(const std::string& payload) const;
  std::string Sign(const std::string& header, const std::string& payload) const;
  // Only the signature, as raw bytes.
  std::string Signature(const std::string& text) const;
  // For ES256: the DER form that JWS does not allow.
  std::string DerSignature(const std::string& text) const;
  // The public key in PEM: what an attacker would use as an HS256 secret.
  std::string PublicPem() const;

  static std::string SignHs256(const std::string& secret, const std::string& header,
                               const std::string& payload);

 private:
  const auth::TokenAlgorithm algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
};

std::string Base64Url(const std::string& bytes);

}  // namespace presences::testing
