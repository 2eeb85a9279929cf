// Panels: what the dashboard shows, row by row. A series is [legend, PromQL]. `description` says
// what is good.

const on = 'job=~"$job", instance=~"$instance"';
const rate = (metric, more = '') => `rate(${metric}{${on}${more}}[$__rate_interval])`;
const sumBy = (labels, metric, more) => `sum by (${labels}) (${rate(metric, more)})`;
// The quantile of a histogram over all instances, by further labels if any.
const quantile = (q, metric, labels = '', more = '') =>
  `histogram_quantile(${q}, sum by (${['le', labels].filter(Boolean).join(', ')}) ` +
  `(${rate(`${metric}_bucket`, more)}))`;
const gauge = (metric, more = '') => `${metric}{${on}${more}}`;
const unary = ', method!~"Subscribe|Connect"';
const inProject = ', project=~"$project"';

const red = (value) => [{ color: 'red', value }];
const middleAndLate = (metric, labels = '') => {
  const of = labels ? ` {{${labels}}}` : '';
  return [[`p50${of}`, quantile(0.5, metric, labels)],
          [`p99${of}`, quantile(0.99, metric, labels)]];
};

const overview = [
  { type: 'stat', title: 'Servers ready', description: 'Of those that are scraped.',
    series: [['ready', `sum(${gauge('presences_ready')})`],
             ['all', `count(${gauge('presences_build_info')})`]] },
  { type: 'stat', title: 'Here right now', description: 'Records, all projects.',
    series: [['records', `sum(${gauge('presences_records', inProject)})`]] },
  { type: 'stat', title: 'Watchers',
    series: [['watchers', `sum(${gauge('presences_watchers')})`]] },
  { type: 'stat', title: 'Requests', unit: 'reqps',
    series: [['gRPC', `sum(${rate('presences_grpc_requests_total')})`],
             ['HTTP', `sum(${rate('presences_http_requests_total')})`]] },
  { type: 'stat', title: 'Failed requests', unit: 'percentunit', thresholds: red(0.01),
    description: 'For reasons of the server. Alert at 1%.',
    series: [
      ['gRPC', `(sum(${rate('presences_grpc_requests_total', unary +
        ', code=~"UNAVAILABLE|INTERNAL|UNKNOWN|DATA_LOSS|DEADLINE_EXCEEDED"')}) or vector(0)) ` +
        `/ sum(${rate('presences_grpc_requests_total', unary)})`],
      ['HTTP', `(sum(${rate('presences_http_requests_total', ', code=~"5.."')}) or vector(0)) ` +
        `/ sum(${rate('presences_http_requests_total')})`]] },
  { type: 'stat', title: 'Alerts', thresholds: red(1), description: 'That fire now.',
    series: [['firing',
              'count(ALERTS{alertname=~"Presences.+", alertstate="firing"}) or vector(0)']] },
  { type: 'table', title: 'Versions', width: 24,
    series: [['', `count by (instance, version, engine) (${gauge('presences_build_info')})`]] },
];

const requests = [
  { title: 'gRPC calls by method', unit: 'reqps', stack: true,
    series: [['{{method}}', sumBy('method', 'presences_grpc_requests_total')]] },
  { title: 'gRPC answers that are not OK', unit: 'reqps',
    description: 'NOT_FOUND and the like are the callers\' own; UNAVAILABLE and INTERNAL are ours.',
    series: [['{{code}}', sumBy('code', 'presences_grpc_requests_total', ', code!="OK"')]] },
  { title: 'gRPC time to answer, p99', unit: 's', thresholds: red(0.5),
    description: 'Alert at 500 ms.',
    series: [['{{method}}', quantile(0.99, 'presences_grpc_request_duration_seconds', 'method',
                                     unary)]] },
  { title: 'HTTP requests by route', unit: 'reqps', stack: true,
    series: [['{{route}}', sumBy('route', 'presences_http_requests_total')]] },
  { title: 'HTTP answers by status', unit: 'reqps',
    series: [['{{code}}', sumBy('code', 'presences_http_requests_total')]] },
  { title: 'HTTP time to answer, p99', unit: 's', thresholds: red(0.5),
    description: 'Streams: to their first byte.',
    series: [['{{route}}', quantile(0.99, 'presences_http_request_duration_seconds', 'route')]] },
  { title: 'Socket messages received', unit: 'reqps',
    series: [['messages', `sum(${rate('presences_socket_messages_total')})`],
             ['refused', `sum(${rate('presences_socket_refused_total')})`]] },
  { title: 'Socket messages by kind and code', unit: 'reqps', stack: true,
    series: [['{{kind}} {{code}}', sumBy('kind, code', 'presences_socket_requests_total')]] },
  { title: 'Socket time to answer, p99', unit: 's', thresholds: red(0.5),
    series: [['{{kind}}', quantile(0.99, 'presences_socket_request_duration_seconds', 'kind')]] },
  { title: 'Connect messages by kind and code', unit: 'reqps', stack: true,
    series: [['{{kind}} {{code}}', sumBy('kind, code', 'presences_connect_requests_total')]] },
  { title: 'Connect time to answer, p99', unit: 's', thresholds: red(0.5),
    series: [['{{kind}}', quantile(0.99, 'presences_connect_request_duration_seconds', 'kind')]] },
  { title: 'Open connections', series: [
    ['{{surface}}', `sum by (surface) (${gauge('presences_connections')})`]] },
  { title: 'Key sets that cannot be fetched', thresholds: red(1),
    description: 'URLs of jwks_url; the last good set counts. The log says why.',
    series: [['{{instance}}', gauge('presences_key_sets_failing')]] },
  { title: 'Slow requests', unit: 'reqps', description: 'Each has a line in the log.',
    series: [['{{surface}}', sumBy('surface', 'presences_slow_requests_total')]] },
];

const commits = [
  { title: 'Changes by type', unit: 'ops', stack: true,
    series: [['{{type}}', sumBy('type', 'presences_changes_total')]] },
  { title: 'Changes in one commit', series: middleAndLate('presences_commit_batch_size') },
  { title: 'Time of one commit', unit: 's',
    series: middleAndLate('presences_commit_duration_seconds') },
  { title: 'Waiting for the committer', unit: 's', thresholds: red(0.25),
    description: 'Alert at 250 ms; above 1 s writes are shed.',
    series: middleAndLate('presences_commit_queue_delay_seconds') },
  { title: 'Log: append and sync, p99', unit: 's', description: 'What the disk takes of a commit.',
    series: [['append', quantile(0.99, 'presences_log_append_seconds')],
             ['sync', quantile(0.99, 'presences_log_sync_seconds')]] },
  { title: 'Writes shed, log failures', unit: 'ops', description: 'Zero is right.',
    series: [['shed', `sum(${rate('presences_writes_shed_total')})`],
             ['log failures', `sum(${rate('presences_log_failures_total')})`]] },
];

const watching = [
  { title: 'Watchers', stack: true,
    series: [['{{surface}}', `sum by (surface) (${gauge('presences_watchers')})`]] },
  { title: 'Changes delivered', unit: 'ops', stack: true,
    series: [['{{surface}}', sumBy('surface', 'presences_deliveries_total')]] },
  { title: 'From commit to delivery', unit: 's', thresholds: red(1), description: 'Alert at 1 s.',
    series: middleAndLate('presences_delivery_lag_seconds', 'surface') },
  { title: 'Changes in one delivery',
    series: middleAndLate('presences_delivery_batch_size', 'surface') },
  { title: 'Resets', unit: 'ops',
    description: 'slow_consumer, slow_socket: clients that do not keep up. epoch: other data.',
    series: [['{{reason}}', sumBy('reason', 'presences_resets_total')]] },
];

const expiry = [
  { title: 'Expired', unit: 'ops',
    series: [['expired', `sum(${rate('presences_changes_total', ', type="EXPIRED"')})`]] },
  { title: 'Told after the end by', unit: 's', thresholds: red(0.1),
    description: 'Promised: 100 ms.',
    series: middleAndLate('presences_expiry_lateness_seconds') },
  { title: 'Expiries tried again', unit: 'ops', description: 'The log refused them.',
    series: [['retries', `sum(${rate('presences_expiry_retries_total')})`]] },
];

const projects = [
  { title: 'Records', width: 12, stack: true, series: [
    ['{{project}}', `sum by (project) (${gauge('presences_records', inProject)})`]] },
  { title: 'Held by a connection', width: 12, stack: true, series: [
    ['{{project}}', `sum by (project) (${gauge('presences_holds', inProject)})`]] },
];

const refusals = [
  { title: 'Refused by a limit', unit: 'reqps',
    series: [['{{limit}}', sumBy('limit', 'presences_refusals_total')]] },
  { title: 'Denied', unit: 'reqps', description: 'Wrong credentials, missing rights.',
    series: [['{{surface}} {{reason}}', sumBy('surface, reason', 'presences_denied_total')]] },
  { title: 'Log lines', unit: 'ops', series: [
    ['{{level}}', sumBy('level', 'presences_log_lines_total')]] },
];

const storage = [
  { title: 'Storage takes writes', min: 0, max: 1, series: [
    ['{{instance}}', gauge('presences_storage_available')]] },
  { title: 'Free on the disk', unit: 'percentunit', min: 0, max: 1, series: [
    ['{{instance}}',
     `${gauge('presences_storage_disk_free_bytes')} / ` +
     gauge('presences_storage_disk_size_bytes')]] },
  { title: 'Free in four hours, as it looks', unit: 'bytes',
    description: 'From the last hour. Below zero: full by then.',
    series: [['{{instance}}',
              `predict_linear(${gauge('presences_storage_disk_free_bytes')}[1h], 4 * 3600)`]] },
];

const processes = [
  { title: 'CPU', unit: 'percentunit', description: '100% is one core.',
    series: [['{{instance}}', rate('presences_process_cpu_seconds_total')]] },
  { title: 'Memory', unit: 'bytes', series: [
    ['{{instance}} resident', gauge('presences_process_resident_memory_bytes')],
    ['{{instance}} allocated', gauge('presences_allocator_allocated_bytes')],
    ['{{instance}} mapped by the allocator', gauge('presences_allocator_mapped_bytes')],
    ['{{instance}} free in the allocator', gauge('presences_allocator_free_bytes')]] },
  { title: 'File descriptors used', unit: 'percentunit', thresholds: red(0.8), series: [
    ['{{instance}}',
     `${gauge('presences_process_open_fds')} / ${gauge('presences_process_max_fds')}`]] },
  { title: 'Threads', series: [['{{instance}}', gauge('presences_process_threads')]] },
  { title: 'Silence of threads', unit: 's', thresholds: red(10),
    description: 'Since each last showed a sign of life. /livez judges by it.',
    series: [['{{instance}} {{thread}}', gauge('presences_thread_stall_seconds')]] },
  { title: 'Uptime', unit: 's', series: [
    ['{{instance}}', `time() - ${gauge('presences_process_start_time_seconds')}`]] },
  { title: 'Reloads of the configuration', series: [
    ['{{instance}} {{result}}',
     `increase(presences_config_reloads_total{${on}}[$__rate_interval])`],
    ['{{instance}} last one taken', gauge('presences_config_last_reload_successful')]] },
  { title: 'Age of the configuration', unit: 's', series: [
    ['{{instance}}',
     `time() - ${gauge('presences_config_last_reload_success_timestamp_seconds')}`]] },
  { title: 'Certificates end in', unit: 's', description: 'Alerts at 14 and at 2 days.', series: [
    ['{{instance}} {{listener}}',
     `${gauge('presences_tls_certificate_expiry_timestamp_seconds')} - time()`]] },
];

export const rows = [
  { title: 'Overview', panels: overview },
  { title: 'Requests', panels: requests },
  { title: 'Commits', panels: commits },
  { title: 'Watching', panels: watching },
  { title: 'Expiry', panels: expiry },
  { title: 'Projects', panels: projects },
  { title: 'Refusals and denials', panels: refusals },
  { title: 'Storage', panels: storage },
  { title: 'Processes', panels: processes },
];
