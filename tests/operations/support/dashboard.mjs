// Dashboard: what it asks Prometheus, and which metrics and labels that takes for granted.
import fs from 'node:fs/promises';
import path from 'node:path';

import { repository } from '../../integration/support/environment.mjs';

export const dashboardsFolder = path.join(repository, 'deploy/dashboards');
export const dashboardText = await fs.readFile(path.join(dashboardsFolder, 'presences.json'),
                                               'utf8');
export const dashboard = JSON.parse(dashboardText);

// Grafana's variables as Grafana fills them in when everything is shown.
function filledIn(expression, window) {
  return expression.replaceAll('$__rate_interval', window)
    .replace(/\$(job|instance|project)\b/g, '.*');
}

// Every query as { panel, legend, expr }.
export function queries(window = '1m') {
  const ofPanels = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(
    ({ expr, legendFormat }) => ({ panel: title, legend: legendFormat, raw: expr,
                                   expr: filledIn(expr, window) })));
  const ofNotes = dashboard.annotations.list.map(({ name, expr }) => (
    { panel: name, legend: '', raw: expr, expr: filledIn(expr, window), note: true }));
  return [...ofPanels, ...ofNotes];
}

const ofTarget = ['job', 'instance', 'namespace', 'pod'];  // Prometheus adds them
const ofHistogram = ['le'];

// What an expression takes for granted: metric names, each with the labels it selects by, and the
// labels that it groups or names.
export function takesForGranted(expression) {
  const selected = [...expression.matchAll(/\b(presences_\w+)\s*(?:\{([^}]*)\})?/g)].map(
    ([, metric, inside = '']) => ({
      metric: metric.replace(/_(bucket|count|sum)$/, ''),
      labels: [...inside.matchAll(/(\w+)\s*(?:=|!)/g)].map(([, label]) => label)
        .filter((label) => !ofTarget.includes(label) && !ofHistogram.includes(label)),
    }));
  const grouped = [...expression.matchAll(/\b(?:by|without|on)\s*\(([^)]*)\)/g)]
    .flatMap(([, inside]) => inside.split(',').map((label) => label.trim()))
    .filter((label) => !ofTarget.includes(label) && !ofHistogram.includes(label));
  return { selected, grouped };
}

// The metrics of a /metrics text: name → set of label names.
export function metricsOf(text) {
  const found = new Map();
  for (const [, name] of text.matchAll(/^# TYPE (\S+) /gm)) found.set(name, new Set());
  for (const [, sample, labels = ''] of text.matchAll(/^(presences_\w+)(?:\{(.*)\})? \S+$/gm)) {
    const name = found.has(sample) ? sample : sample.replace(/_(bucket|count|sum)$/, '');
    for (const [, label] of labels.matchAll(/(\w+)="/g)) found.get(name)?.add(label);
  }
  return found;
}
