// Lists and counts: filters, orders, pages, cursors, totals, metadata, groups.
import assert from 'node:assert/strict';
import test from 'node:test';

import { timestamp } from './support/client.mjs';
import { config } from './support/config.mjs';
import { refused } from './support/errors.mjs';
import { untilTime } from './support/eventually.mjs';
import { withServer } from './support/server.mjs';

const invalid = ['INVALID_ARGUMENT', 'GENERAL_ARGUMENT_INVALID'];
const q = (method, attribute, ...values) => ({ method, attribute, values });
const page = (method, ...values) => ({ method, values });
const ids = ({ presences }) => presences.map(({ presence_id }) => presence_id);
const idsOf = (from, to) => Array.from({ length: to - from }, (_, i) => `r${from + i}`);

// r0..r29, created in this order: three users, two statuses, pages and floors, rising expiries.
async function fill(key, start) {
  for (let i = 0; i < 30; ++i) {
    await key.upsert(`r${i}`, {
      user_id: `user${i % 3}`, status: i % 2 ? 'away' : 'online',
      metadata: JSON.stringify({ page: `/${i % 5}`, room: { floor: i % 4 }, secret: i }),
      expire_time: timestamp(start + 600_000 + i * 1000),
      permissions: { permissions: i < 10 ? ['read("any")'] : [] },
    });
  }
}

test('lists', async (t) => withServer(config(), async (server) => {
  const key = server.key();
  const start = Date.now();
  await fill(key, start);

  await t.test('a list is in the order of creation, 25 at a time, with the total', async () => {
    const list = await key.list();
    assert.deepEqual(ids(list), idsOf(0, 25));
    assert.equal(list.total, '30');
    assert.deepEqual(ids(await key.list([page('limit', 100)])), idsOf(0, 30));
    await key.update('r3', { status: 'away' });
    await key.upsert('r4', { user_id: 'user1', status: 'online', metadata: '{"page":"/4"}' });
    assert.deepEqual(ids(await key.list()), idsOf(0, 25), 'writes do not move a record');
  });

  await t.test('the total covers all pages, and may be left out', async () => {
    const list = await key.list([q('equal', 'status', 'away'), page('limit', 2),
                                 page('offset', 3)]);
    assert.deepEqual(ids(list), ['r7', 'r9']);
    assert.equal(list.total, '15');
    assert.equal((await key.list([], { total: false })).total, '0');
    assert.equal((await key.list([page('limit', 5), page('offset', 1000)])).total, '30');
  });

  await t.test('cursors walk both ways', async () => {
    const walked = [];
    for (let after = []; walked.length < 30; after = [page('cursorAfter', walked.at(-1))]) {
      walked.push(...ids(await key.list([page('limit', 7), ...after])));
    }
    assert.deepEqual(walked, idsOf(0, 30));
    assert.deepEqual(ids(await key.list([page('limit', 3), page('cursorBefore', 'r10')])),
                     ['r7', 'r8', 'r9']);
    const falling = [{ method: 'orderDesc', attribute: 'expiresAt' }, page('limit', 3)];
    assert.deepEqual(ids(await key.list([...falling, page('cursorAfter', 'r20')])),
                     ['r19', 'r18', 'r17']);
    assert.deepEqual(ids(await key.list([...falling, page('cursorBefore', 'r20')])),
                     ['r23', 'r22', 'r21']);
    await refused(key.list([page('cursorAfter', 'nobody')]), 'INVALID_ARGUMENT',
                  'GENERAL_CURSOR_NOT_FOUND', ['nobody']);
    await refused(server.user('user9').list([page('cursorAfter', 'r20')]), 'INVALID_ARGUMENT',
                  'GENERAL_CURSOR_NOT_FOUND', ['r20']);
  });

  await t.test('filters select', async () => {
    const of = async (...queries) => ids(await key.list([...queries, page('limit', 100)]));
    const where = (test) => idsOf(0, 30).filter((id) => test(Number(id.slice(1)), id));
    const iso = (i) => new Date(start + 600_000 + i * 1000).toISOString();
    assert.deepEqual(await of(q('equal', '$id', 'r3', 'r1', 'r99')), ['r1', 'r3']);
    assert.deepEqual(await of(q('equal', 'userId', 'user2')), where((i) => i % 3 === 2));
    assert.deepEqual(await of(q('equal', 'userId', 'user2', 'user0')),
                     where((i) => i !== 4 && i % 3 !== 1));
    assert.deepEqual(await of(q('notEqual', 'status', 'away')),
                     where((i) => i % 2 === 0));
    assert.deepEqual(await of(q('between', 'expiresAt', iso(10), iso(12))), ['r10', 'r11', 'r12']);
    assert.deepEqual(await of(q('greaterThan', 'expiresAt', iso(26))), ['r27', 'r28', 'r29']);
    assert.deepEqual(await of(q('startsWith', '$id', 'r2'), q('endsWith', '$id', '9')), ['r29']);
    assert.deepEqual(await of(q('contains', '$id', '13', '17')), ['r13', 'r17']);
    assert.deepEqual(await of(q('regex', '$id', '^r[12]5$')), ['r15', 'r25']);
    assert.deepEqual(await of(page('or', q('equal', '$id', 'r5'),
                                   page('and', q('equal', 'status', 'away'),
                                        q('startsWith', '$id', 'r27')))), ['r5', 'r27']);
    assert.deepEqual(await of(q('equal', 'source', 'rest')), []);
    assert.equal((await of(q('equal', 'source', 'grpc'))).length, 30);
  });

  await t.test('metadata is queried by the paths the project indexes', async () => {
    const of = async (...queries) => ids(await key.list([...queries, page('limit', 100)]));
    assert.deepEqual(await of(q('equal', 'metadata.page', '/3')),
                     ['r3', 'r8', 'r13', 'r18', 'r23', 'r28']);
    assert.deepEqual(await of(q('equal', 'metadata.room.floor', 3)),
                     ['r3', 'r7', 'r11', 'r15', 'r19', 'r23', 'r27']);
    assert.deepEqual(await of(q('greaterThanEqual', 'metadata.room.floor', 2),
                              q('equal', 'metadata.page', '/2')),
                     ['r2', 'r7', 'r22', 'r27']);
    assert.deepEqual(await of({ method: 'isNull', attribute: 'metadata.room.floor' }), ['r4']);
    await refused(key.list([q('equal', 'metadata.secret', 1)]), ...invalid,
                  ['metadata.secret', 'indexed_metadata']);
    await refused(key.list([q('equal', 'metadata', '{}')]), ...invalid, ['indexed path']);
    const byFloor = await key.list([{ method: 'orderDesc', attribute: 'metadata.room.floor' },
                                    { method: 'orderAsc', attribute: '$createdAt' },
                                    page('limit', 3)]);
    assert.deepEqual(ids(byFloor), ['r3', 'r7', 'r11']);
  });

  await t.test('orders combine, and equals stay in the order of creation', async () => {
    const list = await key.list([{ method: 'orderDesc', attribute: 'userId' },
                                 { method: 'orderAsc', attribute: 'status' }, page('limit', 8)]);
    assert.deepEqual(ids(list), ['r5', 'r11', 'r17', 'r23', 'r29', 'r2', 'r8', 'r14']);
    const random = await key.list([{ method: 'orderRandom' }, page('limit', 100)]);
    assert.deepEqual(ids(random).sort(), idsOf(0, 30).sort());
  });

  await t.test('callers list what they may read, and totals do not tell more', async () => {
    const list = await server.user('nobody').list();
    assert.deepEqual(ids(list), idsOf(0, 10).filter((id) => id !== 'r4'));
    assert.equal(list.total, '9');
    const own = await server.user('user2').list([page('limit', 100)]);
    assert.equal(own.total, String(own.presences.length));
    assert.ok(ids(own).includes('r29') && !ids(own).includes('r28'));
    assert.equal((await server.user('nobody').count()).total, '9');
  });

  await t.test('counts group by an attribute, the largest first', async () => {
    const plain = await key.count();
    assert.deepEqual(plain, { total: '30', groups: [] });
    const status = await key.count([], 'status');
    assert.deepEqual(status.groups, [{ value: 'away', count: '15' },
                                     { value: 'online', count: '15' }]);
    const users = await key.count([q('equal', 'status', 'online')], 'userId');
    assert.deepEqual(users, { total: '15', groups: [{ value: 'user0', count: '5' },
                                                    { value: 'user1', count: '5' },
                                                    { value: 'user2', count: '5' }] });
    const floors = await key.count([], 'metadata.room.floor');
    assert.equal(floors.total, '30');
    assert.deepEqual(floors.groups, [{ value: '1', count: '8' }, { value: '0', count: '7' },
                                     { value: '2', count: '7' }, { value: '3', count: '7' }]);
    await refused(key.count([], 'metadata.secret'), ...invalid, ['groupBy', 'indexed_metadata']);
    await refused(key.count([page('limit', 5)]), ...invalid, ['queries', 'filters only']);
  });

  await t.test('a list may come from the cache, but never shows what has ended', async () => {
    const cached = () => key.list([q('startsWith', '$id', 'cache-')], { ttl: 60 });
    const end = Date.now() + 500;
    await key.upsert('cache-short', { user_id: 'u', expire_time: timestamp(end) });
    await key.upsert('cache-long', { user_id: 'u' });
    assert.deepEqual(ids(await cached()).sort(), ['cache-long', 'cache-short']);
    await key.upsert('cache-new', { user_id: 'u' });
    assert.ok(!ids(await cached()).includes('cache-new'), 'the answer of before');
    assert.ok(ids(await key.list([q('startsWith', '$id', 'cache-')])).includes('cache-new'));
    await untilTime(end);
    assert.deepEqual(ids(await cached()), ['cache-long']);
    await key.update('cache-long', { purge: true });
    assert.deepEqual(ids(await cached()), ['cache-long', 'cache-new'], 'purged');
    await key.call('BatchDeletePresences', { presence_ids: ['cache-long', 'cache-new'] });
    assert.deepEqual(ids(await cached()), [], 'a deletion empties it too');

    const reader = server.user('reader');
    const seen = () => reader.list([q('equal', '$id', 'cache-seen')], { ttl: 60 });
    await key.upsert('cache-seen', { user_id: 'u', permissions: {
      permissions: ['read("any")'] } });
    assert.deepEqual(ids(await seen()), ['cache-seen']);
    await key.update('cache-seen', { permissions: { permissions: [] } });
    assert.deepEqual(ids(await seen()), [], 'nor what may no longer be read');
    await key.delete('cache-seen');
  });

  await t.test('a list takes as many queries and values as promised', async () => {
    const values = Array.from({ length: 500 }, (_, i) => `r${i}`);
    assert.equal((await key.list([q('equal', '$id', ...values)])).total, '30');
    assert.equal((await key.list([page('limit', 1), page('limit', 9)])).presences.length, 1,
                 'the first limit wins');
  });
}));

test('totals', async (t) => withServer(config(), async (server) => {
  const key = server.key();
  for (let i = 0; i < 6; ++i) {
    const presences = Array.from({ length: 1000 }, (_, n) => ({
      presence_id: `p${i * 1000 + n}`, user_id: 'u', status: 'online' }));
    await key.call('BatchUpsertPresences', { presences });
  }
  await t.test('a total is exact up to 5000, a count always', async () => {
    assert.equal((await key.list([page('limit', 1)])).total, '5000');
    assert.equal((await key.list([q('startsWith', '$id', 'p4')])).total, '1111');
    assert.equal((await key.count()).total, '6000');
    assert.equal((await key.list([page('limit', 6000)])).presences.length, 6000);
  });
}));
