// server.grpc.max_connection_age: connections are replaced and streams sent on, and nobody who
// does as they are told notices.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Balancer } from './support/balancer.mjs';
import { Client } from './support/client.mjs';
import { config, keys } from './support/config.mjs';
import { Connection } from './support/connection.mjs';
import { eventually } from './support/eventually.mjs';
import { withServer } from './support/server.mjs';

const age = 2000;  // milliseconds
const settings = config({
  server: { grpc: { address: '127.0.0.1:0', max_connection_age: `${age}ms` } },
});
// Sent on after 80-90 %, looked at every 250 ms; generous upwards, machines are slow.
const inTime = (started) => {
  const took = Date.now() - started;
  assert.ok(took >= age * 0.8 - 50 && took < age * 2, `after ${took} ms`);
};

test('a connection has an age', { concurrency: true }, async (t) => {
  await t.test('a subscriber is sent on with a token, and goes on where it stood', () =>
    withServer(settings, async (server) => {
      const key = server.key();
      await key.upsert('a', { user_id: 'u' });
      const started = Date.now();
      const first = key.watch();
      const end = await first.ended();
      inTime(started);
      assert.deepEqual(first.kinds, ['reset', 'changes', 'current', 'going_away']);
      assert.deepEqual([end.code, end.reason], ['UNAVAILABLE', 'GENERAL_SHUTTING_DOWN']);
      await key.upsert('b', { user_id: 'u' });
      const next = key.watch({}, { resumed: first });
      await next.change('UPSERTED', 'b');
      assert.ok(!next.kinds.includes('reset'));
      assert.deepEqual([...next.view.keys()], ['a', 'b']);
    }));

  await t.test('a stream that holds and watches is, too; the presence stays', () =>
    withServer(settings, async (server) => {
      const started = Date.now();
      const watching = new Connection(server.user('ada'));
      await watching.subscribe('all');
      await watching.hold('desk');
      const holding = new Connection(server.user('bob'));
      await holding.hold('sofa');
      for (const connection of [watching, holding]) {
        assert.equal((await connection.ended()).code, 'UNAVAILABLE');
      }
      inTime(started);
      assert.ok(watching.responses('all').some(({ kind }) => kind === 'going_away'));
      for (const [user, id] of [['ada', 'desk'], ['bob', 'sofa']]) {
        const again = new Connection(server.user(user));
        await again.hold(id);
        again.halfClose();
      }
    }));

  await t.test('calls go on over new connections, and none fails', () =>
    withServer(settings, async (server) => {
      const balancer = await Balancer.start(['grpc']);
      balancer.route(server);
      const client = new Client(balancer.addresses.grpc, { key: keys.backend },
                                { ownConnection: true });
      try {
        await client.upsert('a', { user_id: 'u' });
        const failures = [];
        await eventually('the third connection', async () => {
          await client.get('a').catch((refusal) => failures.push(refusal.message));
          return balancer.accepted >= 3;
        });
        assert.deepEqual(failures, []);
      } finally {
        client.close();
        balancer.stop();
      }
    }));
});
