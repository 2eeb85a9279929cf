// Slow readers: they cost the server little, the others nothing, and are let go in the end.
// Silent streams: a heartbeat tells that they live. Both take their time, so they run side by side.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import test from 'node:test';

import { config } from './support/config.mjs';
import { sanitized } from './support/environment.mjs';
import { eventually } from './support/eventually.mjs';
import { withServer } from './support/server.mjs';

const stuckReaders = 10;
const rounds = 20;
const perRound = 250;
const text = 'x'.repeat(20_000);  // 5 MB a round, 100 MB in all: 1 GB if each had a queue

async function residentMegabytes(pid) {
  const status = await fs.readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}

function readersThatDoNotRead() {
  return withServer(config(), async (server) => {
    const key = server.key();
    const open = () => server.metric('presences_watchers{surface="grpc"}');
    const stuck = Array.from({ length: stuckReaders }, () => server.connect(
      { key: key.credentials.key }, { ownConnection: true }).watch());
    await Promise.all(stuck.map((watcher) => watcher.current()));
    for (const { stream } of stuck) stream.pause();
    const canary = key.watch({ channels: ['presences.canary'] });
    const reader = key.watch();
    await Promise.all([canary.current(), reader.current()]);

    const before = await residentMegabytes(server.ready.pid);
    const waits = [];
    for (let round = 0; round < rounds; ++round) {
      await key.call('BatchUpsertPresences', { presences: Array.from(
        { length: perRound }, (_, i) => ({
          presence_id: `r${i}`, user_id: 'u', status: `round ${round}`,
          metadata: JSON.stringify({ text }) })) });
      const start = Date.now();
      const { revision } = await key.upsert('canary', { user_id: 'u' });
      await canary.until('the canary', () => canary.revision >= BigInt(revision));
      waits.push(Date.now() - start);
    }
    const after = await residentMegabytes(server.ready.pid);
    assert.ok(after - before < (sanitized ? 900 : 400), `grew by ${Math.round(after - before)} MB`);
    waits.sort((a, b) => a - b);
    assert.ok(waits[rounds / 2] < 1000, `the others waited, ms: ${waits}`);

    await reader.until('everything', () => reader.isCurrent && reader.view.size === perRound + 1 &&
      [...reader.view.values()].every(({ presence_id: id, status }) =>
        id === 'canary' || status === `round ${rounds - 1}`));
    assert.ok(await server.metric('presences_deliveries_total{surface="grpc"}') > 0);

    // Ten seconds without room for a single write: the server gives them up, retryably.
    await eventually('the stuck ones are let go', async () => await open() === 2,
                     { timeout: 25_000, every: 100 });
    for (const watcher of stuck) {
      watcher.stream.resume();
      const end = await watcher.ended();
      // Behind a write that is stuck no status gets through, so the stream is cut.
      assert.equal(end.code, 'CANCELLED');
    }
    const back = key.watch({}, { resumed: stuck[0] });
    await back.until('the state', () => back.isCurrent && back.view.size === perRound + 1);
    assert.equal(back.view.get('r7').status, `round ${rounds - 1}`);
  });
}

function silence() {
  return withServer(config(), async (server) => {
    const watchers = Array.from({ length: 8 }, () => server.key().watch());
    const waits = await Promise.all(watchers.map(async (watcher) => {
      await watcher.current();
      const start = Date.now();
      await watcher.marker('heartbeat', 30_000);
      return Date.now() - start;
    }));
    // 15 s, 10 % more or less so that streams of one moment do not stay together.
    assert.ok(waits.every((wait) => wait > 13_000 && wait < 19_000), `after ${waits} ms`);
    assert.ok(Math.max(...waits) - Math.min(...waits) > 50, `all at once: ${waits}`);
    for (const watcher of watchers) {
      assert.deepEqual(watcher.kinds, ['reset', 'current', 'heartbeat']);
    }
    // A heartbeat's token is as good as any.
    const next = server.key().watch({}, { resumed: watchers[0] });
    await next.current();
    assert.deepEqual(next.kinds, ['current']);
  });
}

test('watch, slowly', { concurrency: 2 }, async (t) => {
  await Promise.all([
    t.test('readers that do not read cost little and are let go', readersThatDoNotRead),
    t.test('a silent stream has a heartbeat every 15 s', silence),
  ]);
});
