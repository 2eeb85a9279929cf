// presencectl health, as probes and people use it.
import assert from 'node:assert/strict';
import test from 'node:test';

import { config } from './support/config.mjs';
import { ctl, json, running } from './support/ctl.mjs';
import { withServer } from './support/server.mjs';

// Probes have no credentials.
const nobody = { PRESENCES_KEY: '', PRESENCES_PROJECT: '' };

test('health', async (t) => withServer(config(), async (server) => {
  await t.test('is asked without a key', async () => {
    assert.deepEqual(await json(server, ['health'], { env: nobody }), {
      status: 'serving',
      services: { 'presences.v1.Presences': 'serving', 'presences.v1.Realtime': 'serving' },
    });
    const table = await ctl(server, ['health', '--output=table'], { env: nobody });
    assert.match(table.stdout, /^server +serving\npresences\.v1\.Presences +serving\n/);
  });

  await t.test('of one service', async () => {
    assert.equal((await json(server, ['health', 'presences.v1.Presences'])).status, 'serving');
    const unknown = await ctl(server, ['health', 'presences.v1.Nonsense']);
    assert.equal(unknown.code, 1);
    assert.equal(JSON.parse(unknown.stdout).status, 'no such service');
  });

  await t.test('with the reasons of the metrics port', async () => {
    const good = await json(server, ['health', `--metrics_endpoint=${server.ready.metrics}`]);
    assert.equal(good.ready, true);
    // A place that answers, but is not ready.
    const bad = await ctl(server, ['health', `--metrics_endpoint=${server.ready.grpc}`]);
    assert.equal(bad.code, 1);
    assert.equal(JSON.parse(bad.stdout).ready, false);
  });

  await t.test('--watch tells of every change, --wait of the good one', async () => {
    const address = server.ready.grpc;
    await server.writeConfig(config({ server: { grpc: { address } } }));
    await running(server, ['health', '--watch', '--interval=50ms'], async (watch) => {
      await watch.line('serving', ({ status }) => status === 'serving');
      await server.stop();
      const gone = await ctl(server, ['health', '--wait=300ms']);
      assert.equal(gone.code, 3);
      assert.match(gone.stderr, /cannot reach/);
      const waiting = ctl(server, ['health', '--wait=20s']);
      await server.start();
      assert.equal((await waiting).code, 0);
      await watch.line('serving again',
                       () => watch.lines.filter(({ status }) => status === 'serving').length === 2);
      assert.match(watch.stderr, /cannot reach/);
    });
  });
}));
