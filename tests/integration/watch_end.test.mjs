// How a watch ends: credentials that run out, and clients that go.
import assert from 'node:assert/strict';
import test from 'node:test';

import { config, jwtSecret, project } from './support/config.mjs';
import { refused } from './support/errors.mjs';
import { eventually, untilTime } from './support/eventually.mjs';
import { withServer } from './support/server.mjs';
import { mintToken, sha256 } from './support/tokens.mjs';

const skew = 30;  // seconds that clocks may differ (design 3.3)
const shortKey = 'standard_short-lived';

function shortProject() {
  const demo = project('demo');
  demo.api_keys.push({ id: 'short', sha256: sha256(shortKey), scopes: ['presences.read'],
                       expires_at: new Date(Date.now() + 2500).toISOString() });
  return demo;
}

test('watch end', async (t) => withServer(
  config({ projects: [shortProject()] }), async (server) => {
    const key = server.key();
    const open = { permissions: { permissions: ['read("any")'] } };

    await t.test('a token that runs out ends the stream; a new one goes on', async () => {
      const exp = Math.floor(Date.now() / 1000) + 2 - skew;
      const token = mintToken({ sub: 'alice', exp }, { secret: jwtSecret });
      const watcher = server.connect({ token }).watch();
      await watcher.current();
      await key.upsert('before', { user_id: 'u', ...open });
      await watcher.change('UPSERTED', 'before');

      await untilTime((exp + skew) * 1000 + 1);
      await key.upsert('after', { user_id: 'u', ...open });
      const end = await watcher.ended();
      assert.equal(end.code, 'UNAUTHENTICATED');
      assert.equal(end.reason, 'USER_JWT_INVALID');
      assert.match(end.text, /token.*expired.*resume_token/);
      assert.ok(!watcher.view.has('after'), 'nothing is told after the end of the token');
      assert.ok(Date.now() < (exp + skew) * 1000 + 5000, 'within a moment');
      await refused(server.connect({ token }).list(), 'UNAUTHENTICATED', 'USER_JWT_INVALID');

      const next = server.user('alice').watch({}, { resumed: watcher });
      await next.current();
      assert.deepEqual(next.kinds, ['changes', 'current'], 'what was missed, and no reset');
      assert.deepEqual(next.changes.map(({ presence }) => presence.presence_id), ['after']);
      next.cancel();
    });

    await t.test('more roles in the new token: the state comes again', async () => {
      await key.upsert('team', { user_id: 'u', permissions: { permissions: ['read("team:t")'] } });
      const before = server.user('bob').watch();
      await before.current();
      assert.ok(!before.view.has('team'));
      before.cancel();
      const after = server.user('bob', { teams: ['t'] }).watch({}, { resumed: before });
      await after.current();
      assert.equal(after.kinds[0], 'reset');
      assert.ok(after.view.has('team'));
      const less = server.user('bob').watch({}, { resumed: after });
      await less.current();
      assert.ok(!less.view.has('team'), 'what is no longer visible is gone');
      after.cancel();
      less.cancel();
    });

    await t.test('a key that runs out ends the stream too', async () => {
      const watcher = server.connect({ key: shortKey }).watch();
      await watcher.current().catch(() => {});  // on a slow machine it is over already
      assert.equal((await watcher.ended()).code, 'UNAUTHENTICATED');
      await refused(server.connect({ key: shortKey }).list(), 'UNAUTHENTICATED',
                    'PROJECT_KEY_EXPIRED');
    });

    await t.test('streams of clients that went are let go', async () => {
      const open = () => server.metric('presences_watchers{surface="grpc"}');
      await eventually('none is open', async () => await open() === 0);
      const client = server.connect({ key: key.credentials.key }, { ownConnection: true });
      const watchers = Array.from({ length: 20 }, () => client.watch());
      await Promise.all(watchers.map((watcher) => watcher.current()));
      assert.equal(await open(), 20);
      for (const watcher of watchers.slice(0, 10)) watcher.cancel();
      await eventually('ten are left', async () => await open() === 10);
      for (const watcher of watchers.slice(10)) watcher.cancel();
      client.close();
      await eventually('none is left', async () => await open() === 0);
    });
  }));
