#include "server/config/parse.h"
#include "server/config/tls_check.h"

namespace presences::config {
namespace {

// Reads the PEM file under `name` and checks it; empty after a report or when it is missing.
std::string ReadPem(YamlMap& map, const ConfigFiles& files, const std::string& name,
                    absl::Status (*check)(absl::string_view), std::string& path) {
  std::string text;
  files.ReadFile(map, name, path, text);
  if (text.empty()) return "";
  if (absl::Status status = check(text); !status.ok()) {
    map.Find(name)->Fail(status.message());
    return "";
  }
  return text;
}

TlsText ReadKeyPair(YamlMap& map, const ConfigFiles& files, std::string& cert_file,
                    std::string& key_file) {
  TlsText text;
  text.certificate = ReadPem(map, files, "cert_file", &CheckCertificates, cert_file);
  text.key = ReadPem(map, files, "key_file", &CheckPrivateKey, key_file);
  if (text.certificate.empty() || text.key.empty()) return text;
  if (absl::Status status = CheckKeyFits(text.certificate, text.key); !status.ok()) {
    map.Find("key_file")->Fail(status.message());
  }
  return text;
}

}  // namespace

void ParseServerTls(const YamlValue& value, const ConfigFiles& files, ServerTls& tls) {
  YamlMap map(value);
  map.Require("cert_file", "name the PEM file of the certificate");
  map.Require("key_file", "name the PEM file of the certificate's private key");
  tls.text = ReadKeyPair(map, files, tls.cert_file, tls.key_file);
  tls.text.client_ca =
      ReadPem(map, files, "client_ca_file", &CheckCertificates, tls.client_ca_file);
  map.Finish();
}

void ParseClientTls(const YamlValue& value, const ConfigFiles& files, ClientTls& tls) {
  YamlMap map(value);
  ReadPem(map, files, "ca_file", &CheckCertificates, tls.ca_file);
  const bool has_certificate = map.Find("cert_file").has_value();
  if (has_certificate != map.Find("key_file").has_value()) {
    map.Require(has_certificate ? "key_file" : "cert_file",
                "a client certificate needs both cert_file and key_file");
  }
  ReadKeyPair(map, files, tls.cert_file, tls.key_file);
  map.Finish();
}

}  // namespace presences::config
