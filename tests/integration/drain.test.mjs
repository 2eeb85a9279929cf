// Drain: SIGTERM with everything in flight ends in time, with exit code 0, and tells everyone
// where to go on.
import assert from 'node:assert/strict';
import test from 'node:test';

import { config, embedded } from './support/config.mjs';
import { Connection } from './support/connection.mjs';
import { eventually } from './support/eventually.mjs';
import { withServer } from './support/server.mjs';

const slowDrain = { drain_delay: '1s', drain_timeout: '4s' };

test('drain', async (t) => {
  await t.test('watchers are sent away with a token that the restarted server takes', async () =>
    withServer(config({ storage: embedded }), async (server) => {
      const key = server.key();
      await key.upsert('here', { user_id: 'u' });
      const watchers = Array.from({ length: 10 }, () => key.watch());
      await Promise.all(watchers.map((watcher) => watcher.current()));
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
      for (const watcher of watchers) {
        const end = await watcher.ended();
        assert.equal(watcher.kinds.at(-1), 'going_away');
        assert.equal(end.code, 'UNAVAILABLE');
        assert.equal(end.reason, 'GENERAL_SHUTTING_DOWN');
        assert.ok(end.retryDelay, 'says when to come back');
      }
      await server.start();
      const [first] = watchers;
      const next = server.key().watch({}, { resumed: first });
      await next.current();
      assert.deepEqual(next.kinds, ['current'], 'no reset: nobody went offline');
      assert.deepEqual([...next.view.keys()], ['here']);
      next.cancel();
    }));

  await t.test('while it drains it is not ready, but serves', async () => withServer(
    config({ server: slowDrain }), async (server) => {
      const key = server.key();
      const health = key.stream('Watch', { service: '' });
      const seen = [];
      health.on('data', ({ status }) => seen.push(status)).on('error', () => {});
      const watcher = key.watch();
      await watcher.current();
      await eventually('SERVING', () => seen.includes('SERVING'));
      assert.equal((await server.admin('/readyz')).status, 200);

      server.signal('SIGTERM');
      await eventually('NOT_SERVING', () => seen.includes('NOT_SERVING'));
      const ready = await server.admin('/readyz');
      assert.equal(ready.status, 503);
      assert.match(ready.text, /draining/);
      assert.equal((await server.admin('/livez')).status, 200);
      assert.equal((await key.call('Check')).status, 'NOT_SERVING');
      await key.upsert('late', { user_id: 'u' });
      await watcher.change('UPSERTED', 'late');
      assert.ok(!watcher.kinds.includes('going_away'), 'not before the delay is over');
      await watcher.marker('going_away');
      assert.deepEqual(await server.exited(), { code: 0, signal: null });
    }));

  await t.test('everything that was acknowledged while it stopped is there', async () =>
    withServer(config({ storage: embedded }), async (server) => {
      const key = server.key();
      const acknowledged = [];
      let stopped = false;
      const writers = Array.from({ length: 8 }, async (_, w) => {
        for (let i = 0; !stopped; ++i) {
          const id = `w${w}-${i}`;
          try {
            await key.upsert(id, { user_id: 'u' });
            acknowledged.push(id);
          } catch (refusal) {
            assert.ok(['UNAVAILABLE', 'CANCELLED'].includes(refusal.code), refusal.message);
            stopped = true;
          }
        }
      });
      await eventually('writes', () => acknowledged.length > 100);
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
      await Promise.all(writers);
      await server.start();
      const { total } = await server.key().count();
      assert.ok(Number(total) >= acknowledged.length, `${total} of ${acknowledged.length}`);
      for (const id of acknowledged.slice(-50)) await server.key().get(id);
    }));

  await t.test('a watcher that does not read cannot hold it up', async () => withServer(
    config({ server: { drain_timeout: '2s' } }), async (server) => {
      const key = server.key();
      const stuck = server.connect({ key: key.credentials.key }, { ownConnection: true }).watch();
      await stuck.current();
      stuck.stream.pause();
      const metadata = JSON.stringify({ text: 'x'.repeat(60_000) });
      for (let i = 0; i < 60; ++i) await key.upsert(`big-${i}`, { user_id: 'u', metadata });
      const start = Date.now();
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
      assert.ok(Date.now() - start < 8000, `${Date.now() - start} ms for a timeout of 2 s`);
    }));

  await t.test('a stream that only holds is ended as well, without waiting for it', async () =>
    withServer(config({ storage: embedded, server: { drain_timeout: '20s' } }), async (server) => {
      const holder = new Connection(server.user('ada'));
      await holder.hold('desk');
      const start = Date.now();
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
      assert.ok(Date.now() - start < 4000, `${Date.now() - start} ms`);
      const end = await holder.ended();
      assert.deepEqual([end.code, end.reason], ['UNAVAILABLE', 'GENERAL_SHUTTING_DOWN']);
      assert.ok(end.retryDelay, 'says when to come back');
      await server.start();
      assert.equal((await server.key().get('desk')).status, 'online', 'it has its grace');
    }));

  await t.test('SIGINT does the same, and a second signal changes nothing', async () => withServer(
    config({ server: slowDrain }), async (server) => {
      const watcher = server.key().watch();
      await watcher.current();
      server.signal('SIGINT');
      server.signal('SIGTERM');
      assert.deepEqual(await server.exited(), { code: 0, signal: null });
      assert.ok(watcher.kinds.includes('going_away'));
    }));
});
