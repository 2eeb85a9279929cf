#include "server/gateway/grpc/connect_metrics.h"

namespace presences::gateway {
namespace {

const MetricFamily kRequests{
    MetricType::kCounter, "presences_connect_requests_total", "kind,code",
    "Messages on Connect streams that were answered, by kind and canonical code; kind is `message` "
    "where none could be read."};
const MetricFamily kDuration{
    MetricType::kHistogram, "presences_connect_request_duration_seconds", "kind",
    "From the arrival of a message on a Connect stream to its answer, in seconds.",
    kRequestSeconds};

const CallMetrics::Families kFamilies{kRequests, kDuration, kCanonicalCodes, CanonicalName};

}  // namespace

ConnectKinds::ConnectKinds(Metrics& metrics)
    : unread(metrics, kFamilies, "message"),
      ping(metrics, kFamilies, "ping"),
      authenticate(metrics, kFamilies, "authenticate"),
      subscribe(metrics, kFamilies, "subscribe"),
      unsubscribe(metrics, kFamilies, "unsubscribe"),
      upsert_presence(metrics, kFamilies, "upsert_presence"),
      release(metrics, kFamilies, "release") {}

}  // namespace presences::gateway
