// Who may do what to whose record: owners, permissions, keys, guests, and the two identity rules.
import assert from 'node:assert/strict';
import test from 'node:test';

import { config, project } from './support/config.mjs';
import { refused } from './support/errors.mjs';
import { withServer } from './support/server.mjs';

const notFound = ['NOT_FOUND', 'PRESENCE_NOT_FOUND'];
const denied = ['PERMISSION_DENIED', 'USER_UNAUTHORIZED'];
const scope = ['PERMISSION_DENIED', 'GENERAL_UNAUTHORIZED_SCOPE'];
const taken = ['ALREADY_EXISTS', 'PRESENCE_ALREADY_EXISTS'];
const guestRefused = ['UNAUTHENTICATED', 'GENERAL_UNAUTHORIZED_SCOPE'];
const allow = (...permissions) => ({ permissions: { permissions } });

// Every way to read, one after another.
const readsOf = (client, id) => [
  () => client.get(id), () => client.list(), () => client.count(), () => client.watch().refusal(),
];

const projects = [
  project('demo'),
  project('single', { identity: 'per_user' }),
  project('closed', { guest_access: false }),
];

test('owners', async (t) => withServer(config({ projects }), async (server) => {
  const key = server.key();
  const alice = server.user('alice', { teams: [{ id: 'red', membership: 'm1', roles: ['lead'] }],
                                       labels: ['vip'], verified: true });
  const bob = server.user('bob', { teams: ['red'] });
  const guest = server.guest();

  await t.test('without permissions a record is its owner\'s alone', async () => {
    await alice.upsert('private');
    for (const other of [bob, guest]) {
      await refused(other.get('private'), ...notFound, ['private']);
      assert.equal((await other.list()).total, '0');
    }
    await refused(bob.update('private', { status: 'x' }), ...notFound);
    await refused(bob.delete('private'), ...notFound);
    assert.equal((await key.get('private')).user_id, 'alice', 'keys see everything');
  });

  await t.test('an owner cannot be locked out, whatever permissions say', async () => {
    for (const permissions of [[], ['read("team:red")']]) {
      await alice.upsert('mine', allow(...permissions));
      assert.deepEqual((await alice.get('mine')).permissions, permissions);
      await alice.update('mine', { status: 'busy' });
      await alice.upsert('mine', allow(...permissions));
      await alice.delete('mine');
    }
  });

  await t.test('each right gives what it says', async () => {
    await alice.upsert('shared', allow('read("team:red")'));
    assert.equal((await bob.get('shared')).user_id, 'alice');
    await refused(bob.update('shared', { status: 'x' }), ...denied, ['shared', 'update']);
    await refused(bob.delete('shared'), ...denied, ['shared', 'delete']);
    await refused(bob.upsert('shared'), ...taken, ['shared', 'belongs to another user']);
    await refused(guest.get('shared'), ...notFound);

    await alice.upsert('shared', allow('read("team:red")', 'update("team:red")'));
    assert.equal((await bob.update('shared', { status: 'bob was here' })).user_id, 'alice');
    const replaced = await bob.upsert('shared', { status: 'again', metadata: '{"by":"bob"}' });
    assert.equal(replaced.user_id, 'alice', 'the owner stays');
    assert.equal(replaced.metadata, '{"by":"bob"}');
    assert.deepEqual(replaced.permissions, ['delete("user:alice")', 'read("user:alice")',
                                            'update("user:alice")'], 'the defaults of the owner');

    await alice.upsert('shared', allow('update("team:red")'));
    await refused(bob.update('shared', { status: 'x' }), ...notFound, []);
    await refused(bob.upsert('shared'), ...taken);
    await alice.upsert('shared', allow('read("team:red")', 'delete("team:red")'));
    await bob.delete('shared');
    await refused(alice.get('shared'), ...notFound);
  });

  await t.test('a refused write leaves the record as it was', async () => {
    const before = await alice.upsert('kept', { ...allow('read("any")'), metadata: '{"a":1}' });
    await refused(bob.upsert('kept', { status: 'stolen' }), ...taken);
    await refused(bob.update('kept', { status: 'stolen' }), ...denied);
    await refused(alice.update('kept', { status: '' }), 'INVALID_ARGUMENT',
                  'GENERAL_ARGUMENT_INVALID');
    assert.deepEqual(await alice.get('kept'), before);
  });

  await t.test('every kind of role opens a record to those who hold it', async () => {
    const roles = {
      'any': [true, true], 'users': [true, false], 'users/verified': [false, false],
      'users/unverified': [true, false], 'user:bob': [true, false],
      'user:bob/unverified': [true, false], 'user:bob/verified': [false, false],
      'team:red': [true, false], 'team:red/lead': [false, false], 'member:m1': [false, false],
      'label:vip': [false, false], 'guests': [false, true],
    };
    for (const [role, [forBob, forGuest]] of Object.entries(roles)) {
      await key.upsert('role', { user_id: 'carol', ...allow(`read("${role}")`) });
      for (const [who, may] of [[bob, forBob], [guest, forGuest]]) {
        const answer = await who.get('role').then(() => true, (refusal) => refusal.code);
        assert.equal(answer, may || 'NOT_FOUND', role);
      }
    }
    for (const role of ['users/verified', 'team:red/lead', 'member:m1', 'label:vip',
                        'user:alice/verified']) {
      await key.upsert('role', { user_id: 'carol', ...allow(`read("${role}")`) });
      assert.equal((await alice.get('role')).user_id, 'carol', role);
    }
  });

  await t.test('permissions are kept in one normal form', async () => {
    const { permissions } = await alice.upsert('normal', allow(
      'update("users")', 'write("any")', 'read("users")', 'read("users")', 'delete("any")'));
    assert.deepEqual(permissions, ['delete("any")', 'read("users")', 'update("any")',
                                   'update("users")']);
    const hundred = Array.from({ length: 100 }, (_, i) => `read("user:u${i}")`);
    const many = await key.upsert('hundred', { user_id: 'u', ...allow(...hundred) });
    assert.deepEqual(many.permissions, hundred.sort());
  });

  await t.test('a user grants only to roles it holds; a key to any', async () => {
    await alice.upsert('granted', allow('read("team:red")', 'read("team:red/lead")',
                                        'write("member:m1")', 'read("label:vip")'));
    for (const role of ['team:blue', 'user:bob', 'guests', 'users/unverified', 'label:other']) {
      await refused(alice.upsert('granted', allow(`read("${role}")`)), ...denied,
                    ['permissions', role]);
      await refused(alice.update('granted', allow(`read("${role}")`)), ...denied, [role]);
      await key.upsert('granted', { user_id: 'alice', ...allow(`read("${role}")`) });
      await alice.upsert('granted');
    }
  });

  await t.test('a user is who the token says, and may not say it too', async () => {
    for (const user_id of ['alice', 'bob']) {
      await refused(alice.upsert('named', { user_id }), ...scope, ['userId']);
    }
    await alice.upsert('named');
    await refused(alice.update('named', { user_id: 'bob' }), ...scope, ['userId']);
  });

  await t.test('a key names the user, and may hand a record over', async () => {
    await refused(key.upsert('handed'), 'INVALID_ARGUMENT', 'GENERAL_BAD_REQUEST', ['userId']);
    await key.upsert('handed', { user_id: 'alice' });
    const moved = await key.upsert('handed', { user_id: 'bob' });
    assert.equal(moved.user_id, 'bob');
    assert.deepEqual(moved.permissions, ['delete("user:bob")', 'read("user:bob")',
                                         'update("user:bob")']);
    await refused(alice.get('handed'), ...notFound);
    assert.equal((await key.update('handed', { status: 'x' })).user_id, 'bob');
    const back = await key.update('handed', { user_id: 'alice' });
    assert.equal(back.user_id, 'alice');
    assert.deepEqual(back.permissions, ['delete("user:alice")', 'read("user:alice")',
                                        'update("user:alice")']);
    await refused(bob.get('handed'), ...notFound);
  });

  await t.test('keys do what their scopes say', async () => {
    const reader = server.key('reader');
    const writer = server.key('writer');
    await writer.upsert('scoped', { user_id: 'u' });
    assert.equal((await reader.get('scoped')).user_id, 'u');
    for (const call of [() => reader.upsert('scoped', { user_id: 'u' }),
                        () => reader.update('scoped'), () => reader.delete('scoped')]) {
      await refused(call(), ...scope, ['presences.write']);
    }
    for (const call of readsOf(writer, 'scoped')) {
      await refused(call(), ...scope, ['presences.read']);
    }
    await writer.delete('scoped');
  });

  await t.test('guests read what is open to them and never write', async () => {
    await alice.upsert('open', allow('read("any")', 'update("any")', 'delete("any")'));
    await key.upsert('for-guests', { user_id: 'alice', ...allow('read("guests")') });
    assert.equal((await guest.get('open')).user_id, 'alice');
    const seen = (await guest.list()).presences.map(({ presence_id }) => presence_id);
    assert.ok(seen.includes('open') && seen.includes('for-guests'), seen);
    assert.ok(!seen.includes('private'), seen);
    for (const call of [() => guest.upsert('g'), () => guest.update('open', { status: 'x' }),
                        () => guest.delete('open')]) {
      await refused(call(), ...guestRefused, ['guests may not write']);
    }
    for (const call of readsOf(server.guest('closed'), 'open')) {
      await refused(call(), ...guestRefused, ['guests may not read']);
    }
  });

  await t.test('per_presence_id: a user has as many records as ids', async () => {
    await Promise.all(['d1', 'd2', 'd3'].map((id) => bob.upsert(id)));
    const { total } = await key.list([{ method: 'equal', attribute: 'userId', values: ['bob'] },
                                      { method: 'startsWith', attribute: '$id', values: ['d'] }]);
    assert.equal(total, '3');
  });

  await t.test('per_user: one record per user, the first id sticks', async () => {
    const dora = server.user('dora', {}, 'single');
    const admin = server.key('backend', 'single');
    const first = await dora.upsert('first', allow('read("any")'));
    const second = await dora.upsert('second', { status: 'moved' });
    assert.equal(second.presence_id, 'first');
    assert.deepEqual(second.create_time, first.create_time);
    await refused(dora.get('second'), ...notFound);
    assert.equal((await admin.list()).total, '1');

    await server.user('emil', {}, 'single').upsert('emils');
    assert.equal((await dora.upsert('emils')).presence_id, 'first', 'one\'s own record wins');
    assert.equal((await admin.get('emils')).user_id, 'emil');
    await refused(server.user('fred', {}, 'single').upsert('emils'), ...taken, ['emils']);
    await refused(admin.update('first', { user_id: 'emil' }), ...taken, ['userId', 'emil']);

    await dora.delete('first');
    assert.equal((await dora.upsert('third')).presence_id, 'third', 'a new record, a new id');
    const byKey = await admin.upsert('fourth', { user_id: 'dora', status: 'by key' });
    assert.equal(byKey.presence_id, 'third');
  });

  await t.test('per_user: concurrent first writes make one record', async () => {
    const gina = server.user('gina', {}, 'single');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => gina.upsert(`g${i}`)));
    assert.equal(new Set(answers.map(({ presence_id }) => presence_id)).size, 1);
    assert.equal((await gina.list()).total, '1');
  });

  await t.test('projects share nothing', async () => {
    await key.upsert('same', { user_id: 'u', status: 'in demo' });
    const other = server.key('backend', 'closed');
    await refused(other.get('same'), ...notFound);
    await other.upsert('same', { user_id: 'u', status: 'in closed' });
    assert.equal((await key.get('same')).status, 'in demo');
  });
}));
