#!/usr/bin/env node
// Writes the Grafana dashboard: presences.json is what panels.mjs says, laid out. A test compares
// the two.
//   deploy/dashboards/generate.mjs >deploy/dashboards/presences.json
import { rows } from './panels.mjs';

const datasource = { type: 'prometheus', uid: '${datasource}' };
const columns = 24;

const variable = (name, label, query, more = {}) => ({
  name, label, type: 'query', datasource, query: { query, refId: name }, refresh: 2, sort: 1,
  multi: true, includeAll: true, allValue: '.*', current: { text: 'All', value: '$__all' }, ...more,
});

const variables = [
  { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
  variable('job', 'Job', 'label_values(presences_build_info, job)'),
  variable('instance', 'Instance', 'label_values(presences_build_info{job=~"$job"}, instance)'),
  variable('project', 'Project', 'label_values(presences_records{job=~"$job"}, project)'),
];

const refId = (i) => String.fromCharCode('A'.charCodeAt(0) + i);

function target([legendFormat, expr], i, { type }) {
  const at = type === 'timeseries' ? { range: true } : { instant: true, range: false };
  return { refId: refId(i), datasource, expr, legendFormat, ...at,
           ...(type === 'table' ? { format: 'table' } : {}) };
}

function fieldConfig({ unit = 'short', thresholds, min, max, stack }) {
  const steps = [{ color: 'green', value: null }, ...(thresholds ?? [])];
  return {
    defaults: {
      unit, min, max, thresholds: { mode: 'absolute', steps },
      custom: { lineWidth: 1, fillOpacity: stack ? 30 : 5, showPoints: 'never',
                stacking: { mode: stack ? 'normal' : 'none' },
                thresholdsStyle: { mode: thresholds ? 'line' : 'off' } },
    },
    overrides: [],
  };
}

const options = {
  stat: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' },
  timeseries: { legend: { displayMode: 'list', placement: 'bottom' },
                tooltip: { mode: 'multi', sort: 'desc' } },
  table: { showHeader: true },
};

function layOut() {
  const panels = [];
  let y = 0;
  const add = (panel) => panels.push({ id: panels.length + 1, ...panel });
  for (const { title, panels: inside } of rows) {
    add({ type: 'row', title, collapsed: false, panels: [],
          gridPos: { h: 1, w: columns, x: 0, y } });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const panel of inside) {
      const type = panel.type ?? 'timeseries';
      const h = type === 'timeseries' ? 8 : 4;
      const w = panel.width ?? (type === 'timeseries' ? 8 : 4);
      if (x + w > columns) [x, y, tallest] = [0, y + tallest, 0];
      add({ type, title: panel.title, description: panel.description, datasource,
            gridPos: { h, w, x, y }, fieldConfig: fieldConfig(panel), options: options[type],
            targets: panel.series.map((one, i) => target(one, i, { type })) });
      x += w;
      tallest = Math.max(tallest, h);
    }
    y += tallest;
  }
  return panels;
}

const dashboard = {
  uid: 'presences', title: 'Presences', tags: ['presences'], schemaVersion: 37, version: 1,
  editable: true, refresh: '30s', time: { from: 'now-1h', to: 'now' }, timezone: 'browser',
  description: 'presenced: who is here right now, and how well that is known.',
  links: [{ title: 'Runbook', type: 'link', url: 'deploy/runbook.md', targetBlank: true }],
  annotations: { list: [
    { name: 'Restarts', datasource, enable: true, iconColor: 'orange', titleFormat: 'restart',
      expr: 'changes(presences_process_start_time_seconds{job=~"$job", instance=~"$instance"}' +
            '[$__rate_interval]) > 0' },
  ] },
  templating: { list: variables },
  panels: layOut(),
};

process.stdout.write(`${JSON.stringify(dashboard, null, 1)}\n`);
