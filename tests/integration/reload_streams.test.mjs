// SIGHUP and connections that are open: whoever came with a credential that was taken back is told
// so and hears nothing more; everybody else notices nothing.
import assert from 'node:assert/strict';
import test from 'node:test';

import { RealtimeSocket } from '../e2e/support/realtime_socket.mjs';
import { config, jwtSecret, keys, project } from './support/config.mjs';
import { Connection } from './support/connection.mjs';
import { eventually } from './support/eventually.mjs';
import { withServer } from './support/server.mjs';
import { mintToken, sha256 } from './support/tokens.mjs';

const nextSecret = 'the secret that comes after the first one, 32 bytes';
const readable = { user_id: 'u', permissions: { permissions: ['read("any")'] } };

const apiKey = (id, key, scopes = ['presences.read', 'presences.write']) => (
  { id, sha256: sha256(key), scopes });
const token = (id, secret) => ({ id, algorithm: 'HS256', secret });

// The keys and tokens of the project; `writer` always stays, to make changes.
function having(keysOf, tokens) {
  return config({ projects: [project('demo', {
    api_keys: [apiKey('writer', keys.writer), ...keysOf], tokens })] });
}
const before = having([apiKey('backend', keys.backend)], [token('main', jwtSecret)]);
const writer = (server) => server.connect({ key: keys.writer });
const userOf = (server, secret, id = 'alice') => server.connect(
  { token: mintToken({ sub: id }, { secret }) });

test('reload and open streams', async (t) => {
  await t.test('Subscribe with a revoked key ends, and goes on with another one', () => withServer(
    before, async (server) => {
      const stays = writer(server).watch();
      const goes = server.key().watch();
      await Promise.all([stays.current(), goes.current()]);
      await server.writeConfig(having([apiKey('next', keys.reader)], [token('main', jwtSecret)]));
      await server.reload();
      const end = await goes.ended();
      assert.deepEqual([end.code, end.reason], ['UNAUTHENTICATED', 'GENERAL_UNAUTHORIZED_SCOPE']);
      assert.match(end.text, /revoked/);

      await writer(server).upsert('missed', readable);
      const next = server.connect({ key: keys.reader }).watch({}, { resumed: goes });
      await next.change('UPSERTED', 'missed');
      assert.ok(!next.kinds.includes('reset'), 'it resumed by its token');
      await stays.change('UPSERTED', 'missed');
      assert.equal(stays.end, undefined);
      next.cancel();
      stays.cancel();
    }));

  await t.test('a key that lost a scope ends its streams, one that changed nothing does not',
    () => withServer(before, async (server) => {
      const goes = server.key().watch();
      const stays = writer(server).watch();
      await Promise.all([stays.current(), goes.current()]);
      await server.writeConfig(having([apiKey('backend', keys.backend, ['presences.write'])],
                                      [token('main', jwtSecret)]));
      await server.reload();
      assert.equal((await goes.ended()).code, 'UNAUTHENTICATED');
      await writer(server).upsert('p', readable);
      await stays.change('UPSERTED', 'p');
      stays.cancel();
    }));

  await t.test('a secret that is still one of several revokes nobody', () => withServer(
    before, async (server) => {
      const alice = userOf(server, jwtSecret).watch();
      await alice.current();
      await server.writeConfig(having([], [token('next', nextSecret), token('main', jwtSecret)]));
      await server.reload();
      await writer(server).upsert('p', readable);
      await alice.change('UPSERTED', 'p');
      await server.writeConfig(having([], [token('next', nextSecret)]));
      await server.reload();
      const end = await alice.ended();
      assert.deepEqual([end.code, end.reason], ['UNAUTHENTICATED', 'USER_JWT_INVALID']);
    }));

  await t.test('Connect is asked for another token, and what it may not see any more is REMOVED',
    () => withServer(before, async (server) => {
      const red = mintToken({ sub: 'alice', teams: ['red'] }, { secret: jwtSecret });
      const connection = new Connection(server.connect({ token: red }));
      await connection.subscribe('s');
      await connection.response('s', 'current');
      await writer(server).upsert('secret', { user_id: 'u', permissions: {
        permissions: ['read("team:red")'] } });
      await connection.change('s', 'UPSERTED', 'secret');
      await server.writeConfig(having([], [token('main', nextSecret)]));
      await server.reload();
      const told = await connection.until('the error', ({ kind }) => kind === 'error');
      assert.match(told.error.message, /revoked/);
      const from = connection.frames.length;
      await writer(server).upsert('secret', { user_id: 'u', status: 'hidden', permissions: {
        permissions: ['read("team:red")'] } });
      await connection.refused('upsert_presence', { presence_id: 'p', status: 'online' });
      await connection.must('authenticate',
                            { token: mintToken({ sub: 'alice' }, { secret: nextSecret }) },
                            'authenticated');
      await eventually('it lost sight of the record', () => {
        const later = connection.responses('s', from);
        const removed = connection.changes('s', from).some(
          ({ type, presence }) => type === 'TYPE_REMOVED' && presence.presence_id === 'secret');
        return removed || later.some(({ kind }) => kind === 'reset');
      });
      assert.ok(!connection.changes('s', from).some(({ presence }) => presence.status === 'hidden'),
                'nothing it may not see');
      await connection.hold('p');
      connection.halfClose();
    }));

  await t.test('a Connect stream that only holds is asked too', () => withServer(
    before, async (server) => {
      const connection = new Connection(userOf(server, jwtSecret));
      await connection.hold('mine');
      await server.writeConfig(having([], [token('main', nextSecret)]));
      await server.reload();
      const told = await connection.until('the error', ({ kind }) => kind === 'error');
      assert.match(told.error.message, /authenticate again within 30 seconds/);
      assert.equal((await writer(server).get('mine')).presence_id, 'mine', 'the hold is kept');
      connection.cancel();
    }));

  await t.test('a socket gets error 401 and no event until it authenticates', () => withServer(
    before, async (server) => {
      const alice = (secret) => mintToken({ sub: 'alice' }, { secret });
      const socket = await new RealtimeSocket(server, { query: { jwt: alice(jwtSecret) } }).open();
      await socket.subscribe('s');
      await server.writeConfig(having([], [token('main', nextSecret)]));
      await server.reload();
      const told = await socket.next(({ type }) => type === 'error');
      assert.equal(told.data.code, 401);
      await writer(server).upsert('p', readable);
      assert.equal((await socket.ask({ type: 'authentication', data: {
        session: alice(nextSecret) } })).type, 'response');
      await socket.next(({ type, data }) => type === 'event' && data.payload.$id === 'p');
      await socket.close();
    }));

  for (const [name, accept, fits] of [
    ['SSE', 'text/event-stream', /event: error\ndata: \{"error":\{.*"code":401/],
    ['NDJSON', 'application/x-ndjson', /\n\{"error":\{.*"code":401/]]) {
    await t.test(`a revoked ${name} stream is told why, and ends`, () => withServer(
      before, async (server) => {
        const response = await fetch(
          `http://${server.ready.http}/v1/realtime/events?channels[]=presences`,
          { headers: { 'X-Appwrite-Key': keys.backend, accept } });
        let heard = '';
        const ended = (async () => {
          for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
            heard += part;
          }
          return true;
        })();
        await eventually('the stream is current', () => heard.includes('current'));
        await server.writeConfig(having([apiKey('next', keys.reader)], [token('main', jwtSecret)]));
        await server.reload();
        assert.ok(await ended);
        assert.match(heard, fits);
        assert.match(heard, /revoked/);
      }));
  }

  await t.test('guests go when guest_access does', () => withServer(before, async (server) => {
    const guest = server.guest().watch();
    const user = userOf(server, jwtSecret).watch();
    await Promise.all([guest.current(), user.current()]);
    await server.writeConfig(config({ projects: [project('demo', { guest_access: false })] }));
    await server.reload();
    assert.equal((await guest.ended()).code, 'UNAUTHENTICATED');
    await server.key().upsert('p', readable);
    await user.change('UPSERTED', 'p');
    user.cancel();
  }));
});
