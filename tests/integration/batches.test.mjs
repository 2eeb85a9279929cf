// Batches: every item for itself, in order, with the same rules as single calls.
import assert from 'node:assert/strict';
import test from 'node:test';

import { config, project } from './support/config.mjs';
import { checkRefusal, refused } from './support/errors.mjs';
import { withServer } from './support/server.mjs';

const invalid = ['INVALID_ARGUMENT', 'GENERAL_ARGUMENT_INVALID'];
const projects = [project('demo'), project('single', { identity: 'per_user' }),
                  project('slow', { limits: { writes_per_second: 10 } })];
const item = (presence_id, more = {}) => ({ presence_id, status: 'online', ...more });

function upsert(client, presences) {
  return client.call('BatchUpsertPresences', { presences });
}
function remove(client, request) {
  return client.call('BatchDeletePresences', request);
}

// The ErrorInfo.reason of a google.rpc.Status inside an answer.
function reasonOf(status) {
  const text = Buffer.from(status.details[0].value).toString('latin1');
  return /[A-Z_]{5,}/.exec(text)[0];
}

test('batches', async (t) => withServer(config({ projects }), async (server) => {
  const key = server.key();

  await t.test('a thousand items are written, and answered in order', async () => {
    const presences = Array.from({ length: 1000 }, (_, i) => item(`b${i}`, {
      user_id: `u${i % 10}`, metadata: `{"n":${i}}` }));
    const { results } = await upsert(key, presences);
    assert.equal(results.length, 1000);
    let last = 0n;
    for (const [i, { presence }] of results.entries()) {
      assert.equal(presence.presence_id, `b${i}`);
      assert.equal(presence.metadata, `{"n":${i}}`);
      assert.ok(BigInt(presence.revision) > last, 'revisions follow the order of the request');
      last = BigInt(presence.revision);
    }
    assert.equal((await key.count()).total, '1000');
    await refused(upsert(key, [...presences, item('one-more', { user_id: 'u' })]), ...invalid,
                  ['presences', '1000', 'split']);
    await refused(upsert(key, []), ...invalid, ['presences']);
  });

  await t.test('a failing item stops no other, and says what a single call would', async () => {
    const before = await key.get('b7');
    const { results } = await upsert(key, [
      item('ok-1', { user_id: 'u' }), item('', { user_id: 'u' }), item('no-user'),
      item('ok-2', { user_id: 'u', if_revision: 0 }),
      item('b7', { user_id: 'u', if_revision: 1 }),
      item('bad-meta', { user_id: 'u', metadata: '[1]' }),
      item('ok-1', { user_id: 'u', status: 'again' }),
    ]);
    assert.deepEqual(results.map(({ outcome }) => outcome), [
      'presence', 'error', 'error', 'presence', 'error', 'error', 'presence']);
    const errors = results.filter(({ error }) => error).map(({ error }) => error);
    assert.deepEqual(errors.map(({ code }) => code), [3, 3, 10, 3]);
    assert.deepEqual(errors.map(reasonOf), [
      'GENERAL_ARGUMENT_INVALID', 'GENERAL_BAD_REQUEST', 'PRESENCE_REVISION_MISMATCH',
      'GENERAL_ARGUMENT_INVALID']);
    assert.match(errors[0].message, /presenceId/);
    assert.match(errors[3].message, /metadata/);
    assert.equal((await key.get('ok-1')).status, 'again', 'the same id twice: in order');
    assert.equal(results[6].presence.create_time.nanos, results[0].presence.create_time.nanos);
    assert.deepEqual(await key.get('b7'), before);
  });

  await t.test('users batch their own records; guests do not', async () => {
    const alice = server.user('alice');
    const { results } = await upsert(alice, [item('a1'), item('b1'), item('a2', { user_id: 'x' })]);
    assert.equal(results[0].presence.user_id, 'alice');
    assert.deepEqual(results.slice(1).map(({ error }) => reasonOf(error)),
                     ['PRESENCE_ALREADY_EXISTS', 'GENERAL_UNAUTHORIZED_SCOPE']);
    await refused(upsert(server.guest(), [item('g')]), 'UNAUTHENTICATED',
                  'GENERAL_UNAUTHORIZED_SCOPE');
  });

  await t.test('per_user: several items of one user rewrite one record', async () => {
    const { results } = await upsert(server.key('backend', 'single'), [
      item('x1', { user_id: 'u' }), item('x2', { user_id: 'u' }), item('x3', { user_id: 'v' })]);
    assert.deepEqual(results.map(({ presence }) => presence.presence_id), ['x1', 'x1', 'x3']);
  });

  await t.test('a watcher sees a batch in its order', async () => {
    const watcher = key.watch({ snapshot: false });
    await watcher.current();
    await upsert(key, Array.from({ length: 250 }, (_, i) => item(`w${i}`, { user_id: 'u' })));
    await watcher.change('UPSERTED', 'w249');
    assert.deepEqual(watcher.changes.map(({ presence }) => presence.presence_id),
                     Array.from({ length: 250 }, (_, i) => `w${i}`));
    watcher.cancel();
  });

  await t.test('a key deletes by ids, and passes over those that are not there', async () => {
    assert.deepEqual(await remove(key, { presence_ids: ['b0', 'nobody', 'b1', 'b0'] }),
                     { deleted: '2' });
    await refused(key.get('b0'), 'NOT_FOUND', 'PRESENCE_NOT_FOUND');
    assert.deepEqual(await remove(key, { presence_ids: ['nobody'] }), { deleted: '0' });
    const many = Array.from({ length: 1001 }, (_, i) => `m${i}`);
    await refused(remove(key, { presence_ids: many }), ...invalid, ['presenceIds', '1000']);
    await refused(remove(key, { presence_ids: ['ok', '!'] }), ...invalid, ['presenceIds[1]']);
  });

  await t.test('a key deletes what queries select', async () => {
    const of = (user) => [{ method: 'equal', attribute: 'userId', values: [user] }]
      .map((query) => JSON.stringify(query));
    const before = Number((await key.count()).total);
    const { deleted } = await remove(key, { queries: of('u3') });
    assert.equal(deleted, '100');
    assert.equal(Number((await key.count()).total), before - 100);
    await refused(remove(key, {}), ...invalid, ['presenceIds', 'queries']);
    await refused(remove(key, { presence_ids: ['b2'], queries: of('u2') }), ...invalid);
    await refused(remove(key, { queries: ['{"method":"limit","values":[1]}'] }), ...invalid,
                  ['queries', 'filters only']);
    assert.equal((await key.get('b2')).user_id, 'u2');
  });

  await t.test('only keys delete in batches', async () => {
    await refused(remove(server.user('alice'), { presence_ids: ['a1'] }), 'PERMISSION_DENIED',
                  'GENERAL_UNAUTHORIZED_SCOPE', ['API key']);
    await refused(remove(server.guest(), { presence_ids: ['a1'] }), 'UNAUTHENTICATED',
                  'GENERAL_UNAUTHORIZED_SCOPE');
    await refused(remove(server.key('reader'), { presence_ids: ['a1'] }), 'PERMISSION_DENIED',
                  'GENERAL_UNAUTHORIZED_SCOPE', ['presences.write']);
    assert.equal((await key.get('a1')).user_id, 'alice');
  });

  await t.test('writes_per_second counts items, and says when to come back', async () => {
    const slow = server.key('backend', 'slow');
    const calls = Array.from({ length: 20 }, (_, i) => upsert(slow, [
      item(`s${i}`, { user_id: 'u' }), item(`t${i}`, { user_id: 'u' })]));
    const outcomes = await Promise.allSettled(calls);
    const refusals = outcomes.filter(({ status }) => status === 'rejected');
    assert.ok(refusals.length >= 5 && refusals.length < 20, `${refusals.length} of 20 refused`);
    for (const { reason } of refusals) {
      checkRefusal(reason, { code: 'RESOURCE_EXHAUSTED', reason: 'GENERAL_RATE_LIMIT_EXCEEDED',
                             says: ['writes_per_second'] });
      assert.equal(reason.retryDelay.seconds, '1');
    }
    const written = (await slow.count()).total;
    assert.equal(Number(written), 2 * (20 - refusals.length), 'a refused batch writes nothing');
  });
}));
