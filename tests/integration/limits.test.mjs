// Limits of a project: max_connections across every surface, and limits that change by SIGHUP
// under connections that are open.
import assert from 'node:assert/strict';
import test from 'node:test';

import { RealtimeSocket } from '../e2e/support/realtime_socket.mjs';
import { config, keys, project } from './support/config.mjs';
import { Connection } from './support/connection.mjs';
import { checkRefusal, refused } from './support/errors.mjs';
import { eventually } from './support/eventually.mjs';
import { withServer } from './support/server.mjs';

const limited = (limits) => config({ projects: [project('demo', { limits }), project('other')] });
const tooMany = { code: 'RESOURCE_EXHAUSTED', reason: 'GENERAL_RESOURCE_LIMIT_EXCEEDED',
                  says: ['max_connections', 'demo'] };

// A stream of events over HTTP: its status, and how to end it.
async function events(server, accept = 'text/event-stream') {
  const abort = new AbortController();
  const response = await fetch(
    `http://${server.ready.http}/v1/realtime/events?project=demo&channels[]=presences`,
    { headers: { 'X-Appwrite-Key': keys.backend, accept }, signal: abort.signal });
  return { status: response.status, end: () => abort.abort(),
           error: response.status === 200 ? undefined : await response.json() };
}

const connections = async (server) =>
  JSON.parse((await server.admin('/statusz')).text).projects[0].connections;

test('max_connections', async (t) => {
  await t.test('sockets and streams of all surfaces share it, per project', () => withServer(
    limited({ max_connections: 4 }), async (server) => {
      const key = server.key();
      const watcher = key.watch();
      await watcher.current();
      const connection = new Connection(key);
      await connection.hold('held', { user_id: 'u' });
      const socket = await new RealtimeSocket(server).open();
      const sse = await events(server);
      assert.equal(sse.status, 200);
      assert.equal(await connections(server), 4);

      checkRefusal(await key.watch().ended(), tooMany);
      checkRefusal(await new Connection(key).ended(), tooMany);
      for (const accept of ['text/event-stream', 'application/x-ndjson']) {
        const { status, error } = await events(server, accept);
        assert.equal(status, 429);
        assert.equal(error.type, 'general_resource_limit_exceeded');
        assert.match(error.message, /max_connections/);
      }
      const refusedSocket = new RealtimeSocket(server);
      await refusedSocket.closed;
      assert.equal(refusedSocket.close_code, 1013, 'retryable');
      assert.match(refusedSocket.frames.at(-1).data.message, /max_connections/);
      assert.equal(await connections(server), 4, 'who was refused does not count');

      // Calls are no connections, and another project has its own count.
      await key.list();
      const other = server.key('backend', 'other').watch();
      await other.current();
      other.cancel();
      watcher.cancel();
      connection.halfClose();
      sse.end();
      await socket.close();
      await eventually('all places are free', async () => await connections(server) === 0);
      const again = key.watch();
      await again.current();
      again.cancel();
    }));

  await t.test('a reload raises it for who comes, and lowering it cuts nobody', () => withServer(
    limited({ max_connections: 1 }), async (server) => {
      const key = server.key();
      const first = key.watch();
      await first.current();
      checkRefusal(await key.watch().ended(), tooMany);
      await server.writeConfig(limited({ max_connections: 2 }));
      assert.match(await server.reload(), /projects\[0\]\.limits\.max_connections/);
      const second = key.watch();
      await second.current();
      await server.writeConfig(limited({ max_connections: 1 }));
      await server.reload();
      checkRefusal(await key.watch().ended(), tooMany);
      await key.upsert('p', { user_id: 'u' });
      for (const watcher of [first, second]) {
        await watcher.change('UPSERTED', 'p');
        watcher.cancel();
      }
    }));
});

test('limits change by SIGHUP', async (t) => {
  const change = async (server, limits) => {
    await server.writeConfig(limited(limits));
    await server.reload();
  };
  const overload = ['RESOURCE_EXHAUSTED', 'GENERAL_RATE_LIMIT_EXCEEDED'];

  await t.test('writes_per_second and max_presences', () => withServer(
    limited({}), async (server) => {
      const key = server.key();
      await key.upsert('a', { user_id: 'u' });
      await change(server, { max_presences: 2 });
      await key.upsert('b', { user_id: 'u' });
      await refused(key.upsert('c', { user_id: 'u' }), 'RESOURCE_EXHAUSTED',
                    'GENERAL_RESOURCE_LIMIT_EXCEEDED', ['max_presences']);
      await change(server, { max_presences: 3, writes_per_second: 1 });
      await key.upsert('c', { user_id: 'u' });
      await refused(key.upsert('c', { user_id: 'u' }), ...overload, ['writes_per_second (1)']);
      await change(server, {});
      for (let i = 0; i < 20; ++i) await key.upsert(`d${i}`, { user_id: 'u' });
    }));

  await t.test('messages of connections that are open', () => withServer(
    limited({}), async (server) => {
      const connection = new Connection(server.key());
      const socket = await new RealtimeSocket(server).open();
      await connection.must('ping', {}, 'pong');
      await change(server, { messages_per_second: 1, message_burst: 1 });
      const pings = () => Promise.all(Array.from({ length: 5 }, () => connection.ask('ping')));
      assert.ok((await pings()).some(({ kind }) => kind === 'error'), 'the stream is slowed');
      for (let i = 0; i < 5; ++i) socket.send({ type: 'ping' });
      await socket.next(({ type, data }) => type === 'error' && data.code === 1013);
      await change(server, { messages_per_second: 0 });
      assert.ok((await pings()).every(({ kind }) => kind === 'pong'), 'and let go again');
      connection.halfClose();
      await socket.close();
    }));

  await t.test('subscriptions and channels', () => withServer(limited({}), async (server) => {
    const connection = new Connection(server.key());
    await connection.subscribe('a');
    await change(server, { max_subscriptions_per_connection: 1, max_channels_per_subscription: 1 });
    const { text } = await connection.refused('subscribe', { subscription_id: 'b',
                                                             channels: ['presences'] });
    assert.match(text, /max_subscriptions_per_connection/);
    await refused(server.key().watch({ channels: ['presences', 'presences.a'] }).refusal(),
                  'RESOURCE_EXHAUSTED', 'GENERAL_RESOURCE_LIMIT_EXCEEDED',
                  ['max_channels_per_subscription']);
    await connection.must('unsubscribe', { subscription_id: 'a' }, 'unsubscribed');
    await connection.subscribe('b');
    connection.halfClose();
  }));
});
