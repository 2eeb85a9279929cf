#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/config/dev_mode.h"

namespace presences::config {
namespace {

constexpr char kBanner[] = R"(
presenced --dev: project {PROJECT}, data in {DATA}

  gRPC      {GRPC}
  HTTP      http://{HTTP}/v1   (console: http://{HTTP}/)
  metrics   http://{METRICS}/metrics

  API key     {KEY}
  JWT secret  {SECRET}
  Both are kept in {DATA}/dev-api-key and {DATA}/dev-jwt-secret.
  A token of user alice, valid for 24 h:
  {TOKEN}

A service says that alice is online, and reads who is:
  curl -X PUT http://{HTTP}/v1/presences/alice-laptop \
    -H 'X-Appwrite-Project: {PROJECT}' -H 'Content-Type: application/json' \
    -H 'X-Appwrite-Key: {KEY}' \
    -d '{"userId":"alice","status":"online","metadata":{"page":"/home"}}'
  curl http://{HTTP}/v1/presences -H 'X-Appwrite-Project: {PROJECT}' \
    -H 'X-Appwrite-Key: {KEY}'

Follow every change from a terminal:
  PRESENCES_ENDPOINT={GRPC} PRESENCES_PROJECT={PROJECT} \
    PRESENCES_KEY={KEY} presencectl watch

In a web page, with npm appwrite, alice is online while the page is open:
  import { Client, Realtime, ID } from "appwrite";
  const client = new Client().setEndpoint("http://{HTTP}/v1").setProject("{PROJECT}")
    .setJWT("{TOKEN}");
  await new Realtime(client).upsertPresence({ presenceId: ID.unique(), status: "online" });

In a service, with npm node-appwrite:
  import { Client, Presences } from "node-appwrite";
  const client = new Client().setEndpoint("http://{HTTP}/v1").setProject("{PROJECT}")
    .setKey("{KEY}");
  await new Presences(client)
    .upsert({ presenceId: "alice-laptop", userId: "alice", status: "online" });

)";

}  // namespace

std::string DevBanner(const DevSetup& setup, const BoundAddresses& bound, TimePoint now) {
  return absl::StrReplaceAll(kBanner, {{"{PROJECT}", setup.config.projects.front().id},
                                       {"{DATA}", setup.data_dir},
                                       {"{GRPC}", bound.grpc},
                                       {"{HTTP}", bound.http},
                                       {"{METRICS}", bound.metrics},
                                       {"{KEY}", setup.api_key},
                                       {"{SECRET}", setup.jwt_secret},
                                       {"{TOKEN}", MintDevToken(setup, "alice", now)}});
}

}  // namespace presences::config
