// A disk that fills up under the real server: writes are refused clearly, everything else goes
// on, nothing acknowledged is lost, and it recovers by itself when there is space again.
import assert from 'node:assert/strict';
import test from 'node:test';

import { config, embedded, keys } from '../integration/support/config.mjs';
import { mayMount, noGrowth, tinyDisk } from '../integration/support/disk.mjs';
import { checkRefusal, refused } from '../integration/support/errors.mjs';
import { eventually } from '../integration/support/eventually.mjs';
import { withServer } from '../integration/support/server.mjs';

const full = ['UNAVAILABLE', 'GENERAL_STORAGE_UNAVAILABLE'];
const metadata = JSON.stringify({ text: 'x'.repeat(2000) });

// What grpc.health.v1 says, as it changes: of the server, of Presences and of Realtime.
function followHealth(client) {
  const services = ['', 'presences.v1.Presences', 'presences.v1.Realtime'];
  const statuses = services.map(() => 'UNKNOWN');
  const streams = services.map((service, i) => client.stream('Watch', { service })
    .on('data', ({ status }) => { statuses[i] = status; }).on('error', () => {}));
  return { now: () => statuses.join(' '),
           cancel: () => { for (const stream of streams) stream.cancel(); } };
}

// Answers false when there was a little space after all.
async function refusedOverHttp(server, id) {
  const response = await fetch(`http://${server.ready.http}/v1/presences/${id}`, {
    method: 'PUT', body: JSON.stringify({ userId: 'u', status: 'http', metadata: { metadata } }),
    headers: { 'X-Appwrite-Project': 'demo', 'X-Appwrite-Key': keys.backend,
               'Content-Type': 'application/json' } });
  const { type, message } = await response.json();
  if (response.status === 200) return false;
  assert.deepEqual([response.status, type], [503, 'general_storage_unavailable']);
  assert.match(message, /^storage: /);
  return true;
}

function fillAndFree(disk) {
  return withServer(config({ storage: embedded }), async (server) => {
    const key = server.key();
    const written = new Map();
    const write = async (id, status) => {
      await key.upsert(id, { user_id: 'u', status, metadata });
      written.set(id, status);
      return true;
    };
    for (let i = 0; i < 50; ++i) await write(`p${i}`, 'before');
    const watcher = key.watch();
    await watcher.current();
    assert.equal((await server.admin('/readyz')).status, 200);
    const health = followHealth(key);
    await eventually('SERVING', () => health.now() === 'SERVING SERVING SERVING');
    let failures = await server.metric('presences_log_failures_total');
    assert.equal(failures, 0);

    for (let round = 0; round < 2; ++round) {
      // The database frees a little of its own when it fails, until there is no more of that.
      await eventually('writes stay refused', async () => {
        for (let i = 0; i < 5; ++i) {
          await disk.fill(server);
          const refusal = await write(`p${round}`, 'filling').then(() => undefined, (e) => e);
          if (!refusal) return false;
          checkRefusal(refusal, { code: full[0], reason: full[1], says: ['storage'] });
        }
        return true;
      });
      await refused(key.upsert('no', { user_id: 'u' }), ...full, ['storage']);
      await refused(key.update('p0', { status: 'no' }), ...full);
      await refused(key.delete('p1'), ...full);
      const { results } = await key.call('BatchUpsertPresences', { presences: [
        { presence_id: 'no', user_id: 'u', status: 'x' }] });
      assert.equal(results[0].error?.code, 14, 'each item of a batch says so');

      const ready = await server.admin('/readyz');
      assert.equal(ready.status, 503, ready.text);
      assert.match(ready.text, /^storage: .*(space|full|quota|large)/i);
      assert.match((await server.admin('/readyz?verbose')).text, /^\[-\] storage failed: /m);
      assert.equal((await server.admin('/livez')).status, 200, 'a restart would not help');
      assert.equal(JSON.parse((await server.admin('/statusz')).text).storage.available, false);
      // Within a second, and watching is still offered.
      await eventually('gRPC health', () => health.now() === 'NOT_SERVING NOT_SERVING SERVING',
                       { timeout: 1000 });
      await eventually('refused over HTTP, and told in metrics', async () => {
        await disk.fill(server);
        if (!await refusedOverHttp(server, `p${round}`)) {
          written.set(`p${round}`, 'http');
          return false;
        }
        return await server.metric('presences_storage_available') === 0 &&
          await server.metric('presences_ready') === 0;
      });
      const failed = await server.metric('presences_log_failures_total');
      assert.ok(failed > failures, `${failed} failures`);
      failures = failed;

      // Everybody reads what was acknowledged, and nothing else.
      for (const [id, status] of written) assert.equal((await key.get(id)).status, status);
      assert.equal((await key.list([{ method: 'limit', values: [100] }])).presences.length, 50);
      const late = key.watch();
      await late.current();
      assert.equal(late.view.size, 50);
      late.cancel();
      assert.ok(!watcher.view.has('no'), 'a refused write is no change');

      await disk.free(server);
      await eventually('writing works again by itself', () => write(`p${round}`, 'after'));
      await eventually('ready again', async () => (await server.admin('/readyz')).status === 200);
      await eventually('SERVING again', () => health.now() === 'SERVING SERVING SERVING',
                       { timeout: 1000 });
      assert.equal(await server.metric('presences_storage_available'), 1);
      assert.equal(await server.metric('presences_ready'), 1);
      await watcher.until('the write', ({ view }) => view.get(`p${round}`)?.status === 'after');
    }

    for (let i = 0; i < 50; ++i) await write(`p${i}`, 'last');
    assert.equal(server.ended, undefined, 'it ran all the time');
    health.cancel();
    if (disk === tinyDisk) return;  // which is gone with the process
    await server.restart();
    for (const id of written.keys()) assert.equal((await server.key().get(id)).status, 'last');
  }, { wrapper: disk.wrapper });
}

test('disk full', async (t) => {
  if (await mayMount()) {
    await t.test('a disk without space', () => fillAndFree(tinyDisk));
  } else {
    t.diagnostic('this system does not let tests mount a small disk');
  }
  await t.test('files that cannot grow', () => fillAndFree(noGrowth));
});
