// Subscribe: the state, the markers, every change once and in order, and what a subscription may
// narrow. The Watcher checks order, tokens and markers of every stream on the way.
import assert from 'node:assert/strict';
import test from 'node:test';

import { timestamp } from './support/client.mjs';
import { config } from './support/config.mjs';
import { withServer } from './support/server.mjs';

const q = (method, attribute, ...values) => ({ method, attribute, values });
const told = (watcher) => watcher.changes.map(({ type, presence }) =>
  `${type.replace('TYPE_', '')} ${presence.presence_id}`);

// Ends a wait for something that must not come: what is written last arrives last.
let barriers = 0;
async function barrier(key, watcher) {
  const id = `barrier-${++barriers}`;
  await key.upsert(id, { user_id: 'u' });
  await watcher.change('UPSERTED', id);
  await key.delete(id);
  await watcher.change('DELETED', id);
}

test('watch', async (t) => withServer(config(), async (server) => {
  const key = server.key();
  const write = (id, more = {}) => key.upsert(id, { user_id: 'u', ...more });
  const batch = (ids, more = {}) => key.call('BatchUpsertPresences', { presences: ids.map(
    (presence_id) => ({ presence_id, user_id: 'u', status: 'online', ...more })) });

  await t.test('an empty state is reset, then current with a token', async () => {
    const watcher = key.watch();
    await watcher.current();
    assert.deepEqual(watcher.kinds, ['reset', 'current']);
    watcher.cancel();
    assert.equal((await watcher.ended()).code, 'CANCELLED');
  });

  await t.test('the state comes as UPSERTED, whole, in bounded responses', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `s${i}`);
    await batch(ids, { metadata: '{"page":"/a"}' });
    const watcher = key.watch();
    await watcher.current();
    assert.equal(watcher.kinds[0], 'reset');
    assert.equal(watcher.kinds.at(-1), 'current');
    assert.deepEqual([...watcher.view.keys()].sort(), ids.sort());
    assert.ok(watcher.changes.every(({ type }) => type === 'TYPE_UPSERTED'));
    assert.deepEqual(watcher.view.get('s7'), await key.get('s7'));
    watcher.cancel();
    await key.call('BatchDeletePresences', { presence_ids: ids });
  });

  await t.test('every kind of change is told once, with the record and its revision', async () => {
    const watcher = key.watch();
    await watcher.current();
    const created = await write('a');
    const replaced = await write('a', { status: 'away' });
    const updated = await key.update('a', { status: 'busy' });
    const unchanged = await key.update('a', { status: 'busy' });
    await key.delete('a');
    await write('a', { expire_time: timestamp(Date.now() + 50) });
    const expired = await watcher.change('EXPIRED', 'a');
    assert.deepEqual(watcher.storyOf('a'), ['UPSERTED', 'UPSERTED', 'UPDATED', 'UPDATED',
                                            'DELETED', 'UPSERTED', 'EXPIRED']);
    const records = watcher.changes.map(({ presence }) => presence);
    assert.deepEqual(records.slice(0, 4), [created, replaced, updated, unchanged]);
    assert.deepEqual(watcher.changes.slice(0, 4).map(({ revision }) => revision),
                     records.slice(0, 4).map(({ revision }) => revision));
    const deleted = watcher.changes[4];
    assert.equal(deleted.delete_cause, 'DELETE_CAUSE_CALL');
    assert.equal(deleted.presence.status, 'busy', 'the last state');
    assert.ok(BigInt(deleted.revision) > BigInt(unchanged.revision));
    assert.equal(expired.presence.status, 'online');
    watcher.cancel();
  });

  await t.test('a refused write is no change', async () => {
    const watcher = key.watch();
    await watcher.current();
    await write('b', { status: '' }).catch(() => {});
    await key.delete('nobody').catch(() => {});
    await barrier(key, watcher);
    assert.deepEqual(told(watcher), [`UPSERTED barrier-${barriers}`, `DELETED barrier-${barriers}`]);
    watcher.cancel();
  });

  await t.test('snapshot: false begins with current and tells only what is new', async () => {
    await write('old');
    const watcher = key.watch({ snapshot: false });
    await watcher.current();
    assert.deepEqual(watcher.kinds, ['current']);
    await key.update('old', { status: 'new' });
    await watcher.change('UPDATED', 'old');
    assert.equal(watcher.changes.length, 1);
    watcher.cancel();
  });

  await t.test('channels narrow the state and the changes', async () => {
    await Promise.all(['c1', 'c2'].map((id) => write(id)));
    const one = key.watch({ channels: ['presences.c1'] });
    const two = key.watch({ channels: ['presences.c1', 'presences.c2', 'presences.c9'] });
    const upserts = key.watch({ channels: ['presences.upsert'] });
    const updates = key.watch({ channels: ['presences.c2.update', 'presences.update'] });
    const deletes = key.watch({ channels: ['presences.delete'] });
    const watchers = [one, two, upserts, updates, deletes];
    await Promise.all(watchers.map((watcher) => watcher.current()));
    assert.deepEqual([...one.view.keys()], ['c1']);
    assert.deepEqual([...two.view.keys()].sort(), ['c1', 'c2']);
    for (const watcher of [upserts, updates, deletes]) {
      assert.deepEqual(watcher.changes, [], 'events only, no state');
    }
    for (const watcher of watchers) watcher.changes.length = 0;

    await key.update('c1', { status: 'x' });
    await key.update('c2', { status: 'x' });
    await write('c9');
    await key.delete('c2');
    await key.delete('c1');
    await Promise.all([one.change('DELETED', 'c1'), two.change('DELETED', 'c1'),
                       upserts.change('UPSERTED', 'c9'), updates.change('UPDATED', 'c2'),
                       deletes.change('DELETED', 'c1')]);
    assert.deepEqual(told(one), ['UPDATED c1', 'DELETED c1']);
    assert.deepEqual(told(two), ['UPDATED c1', 'UPDATED c2', 'UPSERTED c9', 'DELETED c2',
                                 'DELETED c1']);
    assert.deepEqual(told(upserts), ['UPSERTED c9']);
    assert.deepEqual(told(updates), ['UPDATED c1', 'UPDATED c2'], 'once, though two channels fit');
    assert.deepEqual(told(deletes), ['DELETED c2', 'DELETED c1']);
    for (const watcher of watchers) watcher.cancel();
  });

  await t.test('queries narrow the state and the changes; who leaves them is REMOVED', async () => {
    const at = (id, page) => write(id, { metadata: JSON.stringify({ page }) });
    await at('home-1', '/home');
    await at('shop-1', '/shop');
    const watcher = key.watch({ queries: [q('equal', 'metadata.page', '/home', '/start'),
                                          q('notEqual', 'status', 'away')] });
    await watcher.current();
    assert.deepEqual([...watcher.view.keys()], ['home-1']);
    watcher.changes.length = 0;
    await at('shop-1', '/start');
    await at('home-1', '/shop');
    await key.update('home-1', { status: 'still elsewhere' });
    await key.update('shop-1', { status: 'away' });
    await key.delete('shop-1');
    await at('home-1', '/home');
    await key.delete('home-1');
    await watcher.change('DELETED', 'home-1');
    assert.deepEqual(told(watcher), ['UPSERTED shop-1', 'REMOVED home-1', 'REMOVED shop-1',
                                     'UPSERTED home-1', 'DELETED home-1']);
    const removed = watcher.changes[1].presence;
    assert.equal(removed.metadata, '{"page":"/home"}', 'the last state that was visible');
    watcher.cancel();
  });

  await t.test('skip_unchanged leaves out writes that only moved times', async () => {
    await write('skip', { metadata: '{"a":1}' });
    const all = key.watch();
    const fewer = key.watch({ skip_unchanged: true });
    await Promise.all([all.current(), fewer.current()]);
    for (const watcher of [all, fewer]) watcher.changes.length = 0;
    await key.update('skip', { expire_time: timestamp(Date.now() + 3600_000) });
    await write('skip', { metadata: '{"a":1}' });
    await key.update('skip', { status: 'x' });
    await key.update('skip', { metadata: '{"a":2}' });
    await key.update('skip', { permissions: { permissions: ['read("any")'] } });
    await Promise.all([barrier(key, all), barrier(key, fewer)]);
    assert.deepEqual(all.storyOf('skip'), ['UPDATED', 'UPSERTED', 'UPDATED', 'UPDATED', 'UPDATED']);
    assert.deepEqual(fewer.storyOf('skip'), ['UPDATED', 'UPDATED', 'UPDATED']);
    all.cancel();
    fewer.cancel();
  });

  await t.test('max_batch bounds the state and the changes', async () => {
    await batch(Array.from({ length: 30 }, (_, i) => `m${i}`));
    const watcher = key.watch({ max_batch: 7 });
    await watcher.current();
    await batch(Array.from({ length: 30 }, (_, i) => `m${i}`), { status: 'again' });
    await watcher.until('all', () => watcher.changes.filter(
      ({ presence }) => presence.status === 'again').length === 30);
    assert.ok(Math.max(...watcher.batches) <= 7, `${watcher.batches}`);
    watcher.cancel();
  });

  await t.test('an owner, a reader and a guest each see theirs', async () => {
    const alice = server.user('alice');
    const [own, member, other, guest] = [alice, server.user('bob', { teams: ['red'] }),
                                         server.user('carol'), server.guest()]
      .map((client) => client.watch());
    await Promise.all([own, member, other, guest].map((watcher) => watcher.current()));
    await alice.upsert('o', { permissions: { permissions: [] } });
    await key.update('o', { permissions: { permissions: ['read("team:red")'] } });
    await key.update('o', { permissions: { permissions: ['read("any")'] } });
    await key.update('o', { permissions: { permissions: ['read("users")'] } });
    await key.update('o', { permissions: { permissions: [] } });
    await key.delete('o');
    await own.change('DELETED', 'o');
    assert.deepEqual(own.storyOf('o'), ['UPSERTED', 'UPDATED', 'UPDATED', 'UPDATED', 'UPDATED',
                                        'DELETED']);
    await Promise.all([member, other, guest].map((watcher) => watcher.change('REMOVED', 'o')));
    await key.upsert('all', { user_id: 'u', permissions: { permissions: ['read("any")'] } });
    await Promise.all([member, other, guest].map((watcher) => watcher.change('UPSERTED', 'all')));
    assert.deepEqual(member.storyOf('o').slice(1), ['UPDATED', 'UPDATED', 'REMOVED']);
    assert.deepEqual(other.storyOf('o').slice(1), ['UPDATED', 'REMOVED']);
    assert.deepEqual(guest.storyOf('o').slice(1), ['REMOVED']);
    const removed = guest.changes.find(({ type }) => type === 'TYPE_REMOVED').presence;
    assert.deepEqual(removed.permissions, ['read("any")'], 'the last state it might see');
    for (const watcher of [own, member, other, guest]) watcher.cancel();
  });

  await t.test('a record that changes hands leaves one owner and comes to the next', async () => {
    const [from, to] = ['dan', 'eve'].map((id) => server.user(id).watch());
    await Promise.all([from.current(), to.current()]);
    await key.upsert('handed', { user_id: 'dan' });
    await key.update('handed', { user_id: 'eve' });
    await Promise.all([from.change('REMOVED', 'handed'), to.until('handed', () =>
      to.view.get('handed')?.user_id === 'eve')]);
    from.cancel();
    to.cancel();
  });

  await t.test('a watcher of nothing lets the server rest', async () => {
    const watcher = key.watch({ channels: ['presences.nobody'] });
    await watcher.current();
    const labels = '{surface="grpc"}';
    const before = await server.metric(`presences_deliveries_total${labels}`) ?? 0;
    await batch(Array.from({ length: 50 }, (_, i) => `n${i}`));
    await write('nobody');
    await watcher.change('UPSERTED', 'nobody');
    assert.equal(await server.metric(`presences_deliveries_total${labels}`), before + 1);
    watcher.cancel();
  });
}));
