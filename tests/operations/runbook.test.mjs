// The runbook: every alert has an entry with its four parts, the commands in it work as they stand
// there, and its queries are PromQL about metrics that the server has.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { presencectl, repository } from '../integration/support/environment.mjs';
import { config, embedded, keys } from '../integration/support/config.mjs';
import { run, withFolder, withServer } from '../integration/support/server.mjs';
import { selfSigned } from './support/certificate.mjs';
import { metricsOf, takesForGranted } from './support/dashboard.mjs';
import { alerts, promtool } from './support/rules.mjs';

const file = path.join(repository, 'deploy/runbook.md');
const runbook = await fs.readFile(file, 'utf8');
const parts = ['Users see', 'Confirm', 'Do', 'Over when'];

function blocks(info) {
  return [...runbook.matchAll(/^```(.*)\n([^]*?)^```$/gm)]
    .filter(([, opening]) => opening === info).map(([, , text]) => text);
}

// Each second-level heading with the text below it.
const entries = new Map(runbook.split(/^## /m).slice(1).map((text) => [
  text.slice(0, text.indexOf('\n')), text]));

test('the runbook', async (t) => {
  for (const { name } of alerts) {
    await t.test(`has an entry for ${name}`, () => {
      const entry = entries.get(name);
      assert.ok(entry, `deploy/runbook.md has no '## ${name}'`);
      const found = [...entry.matchAll(/^\*\*(.+?)\*\*/gm)].map(([, part]) => part);
      assert.deepEqual(found, parts, name);
      assert.match(entry, /^```(sh check|promql)$/m, `${name}: nothing to run`);
    });
  }

  await t.test('has none for an alert that is gone, and no link that leads nowhere', async () => {
    for (const heading of entries.keys()) {
      if (!heading.startsWith('Presences')) continue;
      assert.ok(alerts.some(({ name }) => name === heading), heading);
    }
    for (const [, target] of runbook.matchAll(/\]\(([^)]+)\)/g)) {
      if (target.startsWith('#')) {
        assert.ok([...entries.keys()].some((name) => `#${name.toLowerCase()}` === target), target);
      } else {
        await fs.access(path.join(path.dirname(file), target));
      }
    }
  });

  await t.test('asks in PromQL', () => withFolder(async (folder) => {
    const queries = blocks('promql');
    const rules = path.join(folder, 'queries.yaml');
    await fs.writeFile(rules, JSON.stringify({ groups: [{ name: 'q', rules: queries.map(
      (expr, i) => ({ record: `q:${i}`, expr })) }] }));
    const { code, output } = await promtool('check', 'rules', rules);
    assert.equal(code, 0, output);
  }));
});

test('what the runbook says to run runs', async (t) => {
  const { files, tls } = await selfSigned(30);
  const http = { address: '127.0.0.1:0', tls };
  await withServer(config({ storage: embedded, server: { http } }), async (server) => {
    const env = {
      ADMIN: `http://${server.ready.metrics}`, PRESENCES_ENDPOINT: server.ready.grpc,
      PRESENCES_PROJECT: 'demo', PRESENCES_KEY: keys.backend, PID: `${server.ready.pid}`,
      CONFIG: server.configFile, CERT: path.join(server.folder, 'cert.pem'),
      PATH: `${path.dirname(presencectl)}:${process.env.PATH}`,
    };
    const watcher = server.key().watch();
    await watcher.current();
    await server.key().upsert('p', { user_id: 'u' });
    const commands = blocks('sh check');
    assert.ok(commands.length > 10);
    for (const command of commands) {
      await t.test(command.trim().split('\n')[0], async () => {
        const script = `set -eo pipefail\n${command}`;
        const { code, stdout, stderr } = await run('bash', ['-c', script],
                                                   { env, cwd: server.folder });
        assert.equal(code, 0, `${command}\n${stdout}${stderr}`);
        if (!command.startsWith('export')) assert.notEqual(stdout, '', command);
      });
    }

    await t.test('what it asks for is there', async () => {
      const there = metricsOf((await server.admin('/metrics')).text);
      // These come with the first request, refusal or reset.
      const later = /_requests_total|_resets_total|_denied_total|_refusals_total|_delivery_lag/;
      for (const query of blocks('promql')) {
        for (const { metric } of takesForGranted(query).selected) {
          assert.ok(later.test(metric) || there.has(metric), `${query}: no metric ${metric}`);
        }
      }
    });
    watcher.cancel();
  }, { files });
});
