#include "server/gateway/ws/message_metrics.h"

namespace presences::gateway {
namespace {

const MetricFamily kRequests{
    MetricType::kCounter, "presences_socket_requests_total", "kind,code",
    "Messages that Realtime sockets have answered, by kind and canonical code; kind is `message` "
    "where none could be read."};
const MetricFamily kDuration{
    MetricType::kHistogram, "presences_socket_request_duration_seconds", "kind",
    "From the arrival of a message on a Realtime socket to its answer, in seconds.",
    kRequestSeconds};

const CallMetrics::Families kFamilies{kRequests, kDuration, kCanonicalCodes, CanonicalName};

}  // namespace

MessageKinds::MessageKinds(Metrics& metrics)
    : unread(metrics, kFamilies, "message"),
      ping(metrics, kFamilies, "ping"),
      authentication(metrics, kFamilies, "authentication"),
      subscribe(metrics, kFamilies, "subscribe"),
      unsubscribe(metrics, kFamilies, "unsubscribe"),
      presence(metrics, kFamilies, "presence") {}

}  // namespace presences::gateway
