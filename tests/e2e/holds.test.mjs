// Held presences as a second user sees them: tabs, kills, cuts, restarts; no flicker on the stream.
import assert from 'node:assert/strict';
import test from 'node:test';

import { config, embedded, jwtSecret, keys, project } from '../integration/support/config.mjs';
import { eventually } from '../integration/support/eventually.mjs';
import { withServer } from '../integration/support/server.mjs';
import { mintToken } from '../integration/support/tokens.mjs';
import { RealtimeSocket } from './support/realtime_socket.mjs';

const graces = { connection_grace: '1500ms', navigation_grace: '1s' };
const settings = (storage) => config({
  projects: [project('demo', { origins: ['localhost'], ...graces })], storage,
});
const token = (sub) => mintToken({ sub }, { secret: jwtSecret });
const readers = { permissions: ['read("users")'] };

const socketOf = (server, user) =>
  new RealtimeSocket(server, { query: { jwt: token(user) } }).open();

// What bob's screen hears: the types of events on one record.
async function screen(server) {
  const bob = await socketOf(server, 'bob');
  await bob.subscribe('screen');
  bob.heard = () => bob.events.map((frame) => frame.data.events[0].split('.').pop());
  return bob;
}

test('a clean close takes the presence away at once', () => withServer(settings(), async (server) => {
  const bob = await screen(server);
  const alice = await socketOf(server, 'alice');
  const held = await alice.hold('desk', 'online', readers);
  assert.equal(held.data.presence.source, 'realtime');
  assert.ok(Date.parse(held.data.presence.expiresAt) - Date.now() > 29 * 86_400_000);
  const started = Date.now();
  await alice.close();
  await eventually('the delete', () => bob.heard().length === 2);
  assert.ok(Date.now() - started < 1000, 'without any grace');
  assert.deepEqual(bob.heard(), ['upsert', 'delete']);
  assert.equal(bob.events[1].data.cause, 'connection');
  await bob.close();
}));

test('two tabs hold one record; the last one out removes it', () =>
  withServer(settings(), async (server) => {
    const bob = await screen(server);
    const one = await socketOf(server, 'alice');
    const two = await socketOf(server, 'alice');
    await one.hold('desk', 'online', readers);
    await two.hold('desk', 'online', readers);
    await one.close();
    await server.user('alice').get('desk');
    assert.deepEqual(bob.heard(), ['upsert'], 'the second tab and the first close were silent');
    await two.close();
    await eventually('the delete', () => bob.heard().length === 2);
    await bob.close();
  }));

test('a cut and a reconnect within the grace change nothing anyone can see', () =>
  withServer(settings(), async (server) => {
    const bob = await screen(server);
    const alice = await socketOf(server, 'alice');
    const before = await alice.hold('desk', 'online', readers);
    await alice.cut();
    const again = await socketOf(server, 'alice');
    const after = await again.hold('desk', 'online', readers);
    assert.deepEqual(after.data.presence, before.data.presence, '$updatedAt included');
    // Longer than the grace of the first connection.
    const key = server.key();
    const grace_over = Date.now() + 2500;
    await eventually('the grace is over', () => Date.now() > grace_over, { every: 100 });
    await key.get('desk');
    assert.deepEqual(bob.heard(), ['upsert']);
    await again.close();
    await eventually('the delete', () => bob.heard().length === 2);
    await bob.close();
  }));

test('a killed tab goes after the grace, not before', () => withServer(settings(), async (server) => {
  const bob = await screen(server);
  const alice = await socketOf(server, 'alice');
  await alice.hold('desk', 'online', readers);
  const started = Date.now();
  await alice.cut();
  await eventually('the delete', () => bob.heard().length === 2);
  const took = Date.now() - started;
  assert.ok(took >= 1400 && took < 5000, `after connection_grace, took ${took} ms`);
  await bob.close();
}));

test('a close with 1001 gets the navigation grace', () => withServer(settings(), async (server) => {
  const bob = await screen(server);
  const alice = await socketOf(server, 'alice');
  await alice.hold('desk', 'online', readers);
  const started = Date.now();
  await alice.close(1001);
  await eventually('the delete', () => bob.heard().length === 2);
  const took = Date.now() - started;
  assert.ok(took >= 900 && took < 4000, `after navigation_grace, took ${took} ms`);
  await bob.close();
}));

test('a restart of the server flips nobody offline', () =>
  withServer(settings(embedded), async (server) => {
    const alice = await socketOf(server, 'alice');
    await alice.hold('desk', 'online', readers);
    const watcher = server.key().watch();
    await watcher.current();
    const code = alice.closed;
    await server.stop();
    assert.equal(await code, 1012, 'told to come back');
    await server.start();
    const again = await socketOf(server, 'alice');
    await again.hold('desk', 'online', readers);
    const bob = await screen(server);
    const grace_over = Date.now() + 2500;
    await eventually('the grace is over', () => Date.now() > grace_over, { every: 100 });
    assert.equal((await server.key().get('desk')).status, 'online');
    assert.deepEqual(bob.heard(), [], 'nothing was told after the restart');
    await again.close();
    await bob.close();
  }));

test('after a crash nobody comes back: the held record goes after one grace', () =>
  withServer(settings(embedded), async (server) => {
    const alice = await socketOf(server, 'alice');
    await alice.hold('desk', 'online', readers);
    await server.restart();
    const key = server.key();
    assert.equal((await key.get('desk')).status, 'online');
    await eventually('the ghost is gone', async () => Number((await key.list()).total) === 0);
    alice.socket.terminate();
  }));

test('a write over HTTP changes a held record and does not end the hold', () =>
  withServer(settings(), async (server) => {
    const alice = await socketOf(server, 'alice');
    await alice.hold('desk', 'online', readers);
    const ada = server.user('alice');
    await ada.update('desk', { status: 'away' });
    await ada.upsert('desk', { status: 'busy', permissions: { permissions: ['read("users")'] } });
    const record = await ada.get('desk');
    assert.equal(record.status, 'busy');
    assert.ok(Number(record.expire_time.seconds) > Date.now() / 1000 + 29 * 86_400);
    await alice.close();
    await eventually('gone', async () => Number((await server.key().list()).total) === 0);
  }));

test('holding somebody else\'s record is refused, whatever it grants', () =>
  withServer(settings(), async (server) => {
    const alice = await socketOf(server, 'alice');
    await alice.hold('desk', 'online', { permissions: ['read("users")', 'update("users")'] });
    const bob = await socketOf(server, 'bob');
    const refused = await bob.hold('desk', 'mine', readers);
    assert.equal(refused.type, 'error');
    assert.equal(refused.data.code, 409);
    await alice.close();
    await bob.close();
  }));

test('authenticating as another user releases what the first one held', () =>
  withServer(settings(), async (server) => {
    const bob = await screen(server);
    const alice = await socketOf(server, 'alice');
    await alice.hold('desk', 'online', readers);
    const answer = await alice.ask({ type: 'authentication', data: { session: token('carol') } });
    assert.equal(answer.data.to, 'authentication');
    assert.equal(answer.data.user.$id, 'carol');
    await eventually('the delete', () => bob.heard().length === 2);
    await alice.close();
    await bob.close();
  }));

test('node-appwrite with a key and the socket agree', () => withServer(settings(), async (server) => {
  const { Client, Presences } = await import('node-appwrite');
  const client = new Client().setEndpoint(`http://${server.ready.http}/v1`).setProject('demo')
    .setKey(keys.backend);
  const presences = new Presences(client);
  const bob = await screen(server);
  const made = await presences.upsert({ presenceId: 'p1', userId: 'ada', status: 'online',
                                        permissions: ['read("users")'] });
  assert.equal(made.userId, 'ada');
  await presences.update({ presenceId: 'p1', userId: 'ada', status: 'away' });
  assert.equal((await presences.list({ total: false })).total, 0);
  assert.equal((await presences.get({ presenceId: 'p1' })).status, 'away');
  await presences.delete({ presenceId: 'p1' });
  await eventually('three events', () => bob.heard().length === 3);
  assert.deepEqual(bob.heard(), ['upsert', 'update', 'delete']);
  const asUser = new Presences(new Client().setEndpoint(`http://${server.ready.http}/v1`)
    .setProject('demo').setJWT(token('ada')));
  const own = await asUser.upsert({ presenceId: 'p2', userId: null, status: 'online' });
  assert.equal(own.userId, 'ada');
  await assert.rejects(asUser.upsert({ presenceId: 'p3', userId: 'ada', status: 'online' }),
                       { code: 401, type: 'general_unauthorized_scope' });
  await bob.close();
}));
