// The dashboard: its queries are PromQL, they ask for metrics and labels that the server has, and
// no panel stays empty while everything that can happen happens. So with the alerts' metrics.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { config } from '../integration/support/config.mjs';
import { eventually } from '../integration/support/eventually.mjs';
import { run, withFolder, withServer } from '../integration/support/server.mjs';
import { selfSigned } from './support/certificate.mjs';
import { dashboard, dashboardText, dashboardsFolder, metricsOf, queries, takesForGranted } from
  './support/dashboard.mjs';
import { loadConfig, underLoad } from './support/load.mjs';
import { withPrometheus } from './support/prometheus.mjs';
import { inSeconds, promtool, rules, rulesText } from './support/rules.mjs';

// The metrics and labels that neither dashboard nor alerts can count on.
function missing(text) {
  const there = metricsOf(text);
  const wanted = [
    ...queries().map(({ panel, raw }) => ({ where: `panel '${panel}'`, ...takesForGranted(raw) })),
    ...rules.map(({ name, expr }) => ({ where: name, ...takesForGranted(expr) })),
  ];
  return wanted.flatMap(({ where, selected, grouped }) => {
    const known = new Set(selected.flatMap(({ metric }) => [...(there.get(metric) ?? [])]));
    return [
      ...selected.filter(({ metric }) => !there.has(metric)).map(
        ({ metric }) => `${where}: no metric ${metric}`),
      ...selected.flatMap(({ metric, labels }) => labels.filter(
        (label) => there.has(metric) && !there.get(metric).has(label)).map(
        (label) => `${where}: ${metric} has no label ${label}`)),
      ...grouped.filter((label) => selected.length > 0 && !known.has(label)).map(
        (label) => `${where}: no label ${label} in ${selected.map(({ metric }) => metric)}`),
    ];
  });
}

test('the dashboard on paper', async (t) => {
  await t.test('is what its panels say', async () => {
    const { code, stdout, stderr } = await run(
      process.execPath, [path.join(dashboardsFolder, 'generate.mjs')]);
    assert.equal(code, 0, stderr);
    assert.equal(dashboardText, stdout,
                 'run deploy/dashboards/generate.mjs >deploy/dashboards/presences.json');
  });

  await t.test('is one that Grafana can lay out', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const names = dashboard.templating.list.map(({ name }) => name);
    assert.deepEqual(names, ['datasource', 'job', 'instance', 'project']);
    const taken = new Set();
    for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
      assert.ok(x >= 0 && x + w <= 24, title);
      for (let i = x; i < x + w; ++i) {
        for (let j = y; j < y + h; ++j) {
          assert.ok(!taken.has(`${i} ${j}`), `${title} lies on another panel`);
          taken.add(`${i} ${j}`);
        }
      }
    }
  });

  await t.test('asks in PromQL', () => withFolder(async (folder) => {
    const file = path.join(folder, 'queries.yaml');
    await fs.writeFile(file, JSON.stringify({ groups: [{ name: 'q', rules: queries().map(
      ({ expr }, i) => ({ record: `q:${i}`, expr })) }] }));
    for (const { panel, expr } of queries()) assert.ok(!expr.includes('$'), `${panel}: ${expr}`);
    const { code, output } = await promtool('check', 'rules', file);
    assert.equal(code, 0, output);
  }));
});

async function live(t, server, secure) {
  const stranger = secure.key().watch();
  await stranger.current();
  await withPrometheus(inSeconds(rulesText), (prometheus) => underLoad(
    server, stranger, async () => {
      await prometheus.watch('load', server);
      await prometheus.watch('secure', secure);
      server.signal('SIGHUP');

      await t.test('no panel is empty', async () => {
        const empty = async () => {
          const asked = await Promise.all(queries('10s').filter(({ note }) => !note).map(
            async ({ panel, legend, expr }) => {
              const result = await prometheus.query(expr);
              const there = result.some(({ value: [, text] }) => text !== 'NaN');
              return there ? undefined : `${panel}: ${legend}: ${expr}`;
            }));
          return asked.filter((each) => each !== undefined);
        };
        await eventually('panels with data', async () => {
          const still = await empty();
          if (still.length > 0) throw new Error(`empty:\n${still.join('\n')}`);
          return true;
        }, { timeout: 60_000, every: 500 });
      });

      const texts = await Promise.all([server, secure].map(
        async (each) => (await each.admin('/metrics')).text));
      await t.test('every metric and label is there', () => {
        assert.deepEqual(missing(texts.join('\n')), []);
      });

      await t.test('promtool has nothing to say about the metrics', async () => {
        const { code, stdout, stderr } = await run('promtool', ['check', 'metrics'],
                                                   { input: texts[0] });
        assert.deepEqual([code, stdout + stderr], [0, '']);
      });
    }));
  stranger.cancel();
}

test('the dashboard over a server under load', async (t) => {
  const { files, tls } = await selfSigned(365);
  const http = { address: '127.0.0.1:0', tls };
  await withServer(loadConfig, (server) => withServer(
    config({ server: { http } }), (secure) => live(t, server, secure), { files }));
});
