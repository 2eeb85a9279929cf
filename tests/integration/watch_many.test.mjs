// Fifty watchers of different roles, channels and queries while four writers do everything a
// writer can: none is ever told what it may not see, and in the end each holds exactly what it may.
// The model of who may see what is written again here, so that it can disagree with the server's.
import assert from 'node:assert/strict';
import test from 'node:test';

import { millisOf, timestamp } from './support/client.mjs';
import { config } from './support/config.mjs';
import { Random } from './support/random.mjs';
import { withServer } from './support/server.mjs';

const operations = 1200;
const ids = Array.from({ length: 40 }, (_, i) => `p${i}`);
const statuses = ['online', 'away', 'busy'];
const pages = ['/a', '/b', '/c'];
const users = ['u0', 'u1', 'u2', 'u3', 'u4'];
const grants = ['any', 'guests', 'users', 'users/verified', 'users/unverified', 'user:u1',
                'user:u2/verified', 'team:t0', 'team:t1', 'team:t1/lead', 'member:m2', 'label:vip'];

// The people, and the roles that their tokens give.
const people = [
  { id: 'u0', claims: {}, roles: [] },
  { id: 'u1', claims: { teams: ['t0'] }, roles: ['team:t0'] },
  { id: 'u2', claims: { verified: true, labels: ['vip'] }, roles: ['label:vip'] },
  { id: 'u3', claims: { teams: [{ id: 't1', membership: 'm2', roles: ['lead'] }] },
    roles: ['team:t1', 'team:t1/lead', 'member:m2'] },
  { id: 'u4', claims: { teams: ['t0', 't1'], verified: true }, roles: ['team:t0', 'team:t1'] },
];

function rolesOf({ id, claims, roles }) {
  const dimension = claims.verified ? 'verified' : 'unverified';
  return new Set(['any', 'users', `users/${dimension}`, `user:${id}`, `user:${id}/${dimension}`,
                  ...roles]);
}

// What a watcher may ask for; `sees` is the model of it. The last write passes all of them.
const requests = [
  { request: {}, sees: () => true },
  { request: { queries: [{ method: 'equal', attribute: 'status', values: ['online', 'away'] }] },
    sees: ({ status }) => status !== 'busy' },
  { request: { queries: [{ method: 'equal', attribute: 'metadata.page', values: ['/a', '/b'] }] },
    sees: ({ metadata }) => JSON.parse(metadata).page !== '/c' },
  { request: { channels: ['presences.last', ...ids.slice(0, 8).map((id) => `presences.${id}`)] },
    sees: ({ presence_id: id }) => id === 'last' || ids.indexOf(id) < 8 },
  { request: { max_batch: 3, queries: [{ method: 'notEqual', attribute: 'userId',
                                         values: ['u2'] }] },
    sees: ({ user_id }) => user_id !== 'u2' },
];

// One of the fifty: follows, checks what it is told, goes and comes back now and then.
class Follower {
  constructor(client, viewer, { request, sees }) {
    Object.assign(this, { client, viewer, request, sees });
    this.watcher = client.watch(request);
    this.checked = 0;
  }

  mayRead(record) {
    const { id, privileged, roles } = this.viewer;
    return privileged || record.user_id === id ||
      [...roles].some((role) => record.permissions.includes(`read("${role}")`));
  }
  shows(record) {
    return this.mayRead(record) && this.sees(record);
  }

  // Everything it was told about, it was allowed to see: now, or until it left.
  check() {
    for (const { type, presence } of this.watcher.changes.slice(this.checked)) {
      assert.ok(this.shows(presence), `${this.viewer.id} was told ${type} of ` +
                JSON.stringify(presence));
    }
    this.checked = this.watcher.changes.length;
  }

  comeBack() {
    this.check();
    this.watcher.cancel();
    this.watcher = this.client.watch(this.request, { resumed: this.watcher });
    this.checked = 0;
  }
}

function followers(server) {
  const viewers = [
    { id: 'key', privileged: true, client: server.key() },
    { id: 'guest', roles: new Set(['any', 'guests']), client: server.guest() },
    ...people.map((person) => ({ id: person.id, roles: rolesOf(person),
                                 client: server.user(person.id, person.claims) })),
  ];
  return Array.from({ length: 50 }, (_, i) => {
    const viewer = viewers[i % viewers.length];
    return new Follower(viewer.client, viewer, requests[i % requests.length]);
  });
}

async function writeSomething(key, random) {
  const presence_id = random.pick(ids);
  const fields = {
    status: random.pick(statuses), metadata: JSON.stringify({ page: random.pick(pages) }),
    expire_time: timestamp(Date.now() + (random.below(4) ? 600_000 : 1000 + random.below(500))),
    permissions: { permissions: Array.from({ length: random.below(3) },
                                           () => `read("${random.pick(grants)}")`) },
  };
  const kind = random.below(10);
  if (kind < 4) return key.upsert(presence_id, { user_id: random.pick(users), ...fields });
  if (kind < 5) {
    const presences = Array.from({ length: 5 }, () => ({
      ...fields, presence_id: random.pick(ids), user_id: random.pick(users) }));
    return key.call('BatchUpsertPresences', { presences });
  }
  const some = Object.fromEntries(Object.entries(fields).filter(() => random.below(2)));
  if (random.below(6) === 0) some.user_id = random.pick(users);
  const call = kind < 8 ? key.update(presence_id, some) : key.delete(presence_id);
  return call.catch((refusal) => assert.equal(refusal.code, 'NOT_FOUND', refusal.message));
}

test('fifty watchers end with exactly what they may see', async () => withServer(
  config(), async (server) => {
    const start = Date.now();
    const random = new Random();
    const key = server.key();
    const all = followers(server);
    let left = operations;
    const writer = async () => {
      while (left-- > 0) {
        await writeSomething(key, random);
        if (random.below(10) === 0) random.pick(all).comeBack();
      }
    };
    await Promise.all([writer(), writer(), writer(), writer()]);

    // What ends soon ends first, so that the last write comes last.
    await all[0].watcher.until('the short ones are gone', ({ view, isCurrent }) => isCurrent &&
      [...view.values()].every(({ expire_time }) => millisOf(expire_time) > start + 60_000));
    await key.upsert('last', { user_id: 'u9', status: 'online', metadata: '{"page":"/a"}',
                               permissions: { permissions: ['read("any")'] } });
    const truth = (await key.list([{ method: 'limit', values: [1000] }])).presences;
    for (const follower of all) {
      await follower.watcher.until('the last write', ({ view, isCurrent }) =>
        isCurrent && view.has('last'));
      follower.check();
      const expected = truth.filter((record) => follower.shows(record));
      const byId = (a, b) => (a.presence_id < b.presence_id ? -1 : 1);
      assert.deepEqual([...follower.watcher.view.values()].sort(byId), expected.sort(byId),
                       `the view of ${follower.viewer.id}, ${JSON.stringify(follower.request)}`);
    }
    const sizes = new Set(all.map(({ watcher }) => watcher.view.size));
    assert.ok(sizes.size > 3, 'the views differ, else nothing was tested');
  }));
