// Resume tokens: a watcher that comes back goes on where it stood, or is told to begin anew.
import assert from 'node:assert/strict';
import test from 'node:test';

import { config, embedded } from './support/config.mjs';
import { eventually } from './support/eventually.mjs';
import { refused } from './support/errors.mjs';
import { withServer } from './support/server.mjs';

const status = (value) => [{ method: 'equal', attribute: 'status', values: [value] }];

// Follows until current, lets `during` happen while nobody listens, and follows again.
async function comeBack(client, request, during, again = client) {
  const first = client.watch(request);
  await first.current();
  first.cancel();
  await first.ended();
  await during();
  const second = again.watch(request, { resumed: first });
  await second.current();
  return second;
}

test('watch resume', async (t) => withServer(config(), async (server) => {
  const key = server.key();
  const write = (id, more = {}) => key.upsert(id, { user_id: 'u', ...more });

  await t.test('what was missed comes first, once and in order, then current', async () => {
    await write('a');
    const watcher = await comeBack(key, {}, async () => {
      await write('b');
      await key.update('a', { status: 'x' });
      await key.delete('b');
    });
    assert.deepEqual(watcher.kinds, ['changes', 'current']);
    assert.deepEqual(watcher.changes.map(({ type, presence }) => [type, presence.presence_id]), [
      ['TYPE_UPSERTED', 'b'], ['TYPE_UPDATED', 'a'], ['TYPE_DELETED', 'b']]);
    watcher.cancel();
  });

  await t.test('nothing was missed: current at once', async () => {
    const watcher = await comeBack(key, {}, async () => {});
    assert.deepEqual(watcher.kinds, ['current']);
    watcher.cancel();
  });

  await t.test('a token taken in the middle leaves no gap and repeats nothing', async () => {
    let watcher = key.watch({ max_batch: 1 });
    await watcher.current();
    const seen = [];
    for (let round = 0; round < 10; ++round) {
      const writes = Promise.all(Array.from({ length: 20 }, (_, i) => write(`r${round}-${i}`)));
      await watcher.until('some of it', () => watcher.changes.length >= 5);
      // Cut somewhere: what was received counts, what is on its way does not.
      watcher.cancel();
      seen.push(...watcher.changes.map(({ revision }) => revision));
      await writes;
      watcher = key.watch({ max_batch: 1 }, { resumed: watcher });
    }
    await watcher.until('all', () => watcher.view.has('r9-19') && watcher.isCurrent);
    seen.push(...watcher.changes.map(({ revision }) => revision));
    assert.equal(new Set(seen).size, seen.length, 'no change came twice');
    const ids = (await key.list([{ method: 'startsWith', attribute: '$id', values: ['r'] },
                                 { method: 'limit', values: [500] }])).presences;
    assert.equal(ids.length, 200);
    for (const record of ids) assert.deepEqual(watcher.view.get(record.presence_id), record);
    watcher.cancel();
  });

  await t.test('what left the view meanwhile is REMOVED on return', async () => {
    const alice = server.user('alice');
    const open = { permissions: { permissions: ['read("any")'] } };
    await write('seen', open);
    await write('kept', open);
    const watcher = await comeBack(alice, {}, () => key.update('seen', {
      permissions: { permissions: [] } }));
    assert.deepEqual(watcher.storyOf('seen'), ['REMOVED']);
    assert.ok(watcher.view.has('kept') && !watcher.view.has('seen'));
    watcher.cancel();
  });

  await t.test('a token of another request is refused, and says so', async () => {
    const token = (await comeBack(key, { queries: status('online') }, async () => {})).token;
    for (const other of [{}, { queries: status('away') }, { channels: ['presences.a'] },
                         { queries: status('online'), skip_unchanged: true }]) {
      await refused(key.watch({ ...other, resume_token: token }).refusal(), 'INVALID_ARGUMENT',
                    'GENERAL_ARGUMENT_INVALID', ['resumeToken', 'channels, queries']);
    }
    const same = key.watch({ queries: status('online'), resume_token: token, max_batch: 3 });
    await same.current();
    assert.deepEqual(same.kinds, ['current'], 'max_batch may change');
    same.cancel();
  });

  await t.test('a damaged token is refused', async () => {
    const { token } = await comeBack(key, {}, async () => {});
    for (let i = 0; i < token.length; i += 3) {
      const damaged = `${token.slice(0, i)}${token[i] === 'A' ? 'B' : 'A'}${token.slice(i + 1)}`;
      await refused(key.watch({ resume_token: damaged }).refusal(), 'INVALID_ARGUMENT',
                    'GENERAL_ARGUMENT_INVALID', ['resumeToken']);
    }
    for (const damaged of [token.slice(1), `${token}A`, token.slice(0, 49), token.toLowerCase()]) {
      await refused(key.watch({ resume_token: damaged }).refusal(), 'INVALID_ARGUMENT',
                    'GENERAL_ARGUMENT_INVALID', ['resumeToken']);
    }
  });

  await t.test('a token in other hands grants nothing: the state of who comes is sent', async () => {
    await key.upsert('secret', { user_id: 'u' });
    const watcher = await comeBack(key, {}, async () => {}, server.user('mallory'));
    assert.equal(watcher.kinds[0], 'reset');
    assert.ok(!watcher.view.has('secret'), [...watcher.view.keys()]);
    watcher.cancel();
  });

  await t.test('a token that fell off the ring leads to reset and the state', async () => {
    const watcher = await comeBack(key, {}, async () => {
      for (let i = 0; i < 18; ++i) {
        await key.call('BatchUpsertPresences', { presences: Array.from({ length: 1000 }, () => ({
          presence_id: 'busy', user_id: 'u', status: `s${i}` })) });
      }
    });
    assert.equal(watcher.kinds[0], 'reset');
    assert.equal(watcher.view.get('busy').status, 's17');
    assert.deepEqual(watcher.view.size, Number((await key.count()).total));
    assert.equal(await server.metric('presences_resets_total{reason="resume_too_old"}'), 1);
    watcher.cancel();
  });

  await t.test('snapshot: false with a token that is too old still gets the state', async () => {
    const watcher = key.watch({ snapshot: false });
    await watcher.current();
    watcher.cancel();
    for (let i = 0; i < 18; ++i) {
      await key.call('BatchUpsertPresences', { presences: Array.from({ length: 1000 }, () => ({
        presence_id: 'busy', user_id: 'u', status: `t${i}` })) });
    }
    const again = key.watch({ snapshot: false, resume_token: watcher.token });
    await again.current();
    assert.equal(again.kinds[0], 'reset');
    assert.equal(again.view.get('busy').status, 't17');
    again.cancel();
  });
}));

test('watch resume across a crash', async (t) => {
  await t.test('embedded: a token outlives kill -9', async () => withServer(
    config({ storage: embedded }), async (server) => {
      let key = server.key();
      await key.upsert('before', { user_id: 'u' });
      const first = key.watch();
      await first.current();
      await server.restart();
      key = server.key();
      const second = key.watch({}, { resumed: first });
      await second.current();
      assert.deepEqual(second.kinds, ['current'], 'nothing was missed, nothing is sent again');
      const { revision } = await key.upsert('after', { user_id: 'u' });
      await second.change('UPSERTED', 'after');
      assert.ok(BigInt(revision) > first.revision, 'revisions go on');

      // What happened between the token and the crash is gone from the ring: the state comes.
      second.cancel();
      await second.ended();
      await key.delete('before');
      await server.restart();
      const third = server.key().watch({}, { resumed: second });
      await third.current();
      assert.deepEqual([...third.view.keys()], ['after']);
    }));

  await t.test('memory: a token of before the restart leads to reset', async () => withServer(
    config(), async (server) => {
      await server.key().upsert('gone', { user_id: 'u' });
      const first = server.key().watch();
      await first.current();
      await server.restart();
      const second = server.key().watch({}, { resumed: first });
      await second.current();
      assert.deepEqual(second.kinds, ['reset', 'current']);
      assert.equal(second.view.size, 0);
    }));

  await t.test('a cut connection ends the stream so that a client notices', async () => withServer(
    config(), async (server) => {
      const watcher = server.key().watch();
      await watcher.current();
      server.process.kill('SIGKILL');
      assert.equal((await watcher.ended()).code, 'UNAVAILABLE');
      await eventually('it is gone', () => server.ended);
    }));
});
