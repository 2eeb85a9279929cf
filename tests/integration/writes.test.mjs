// What a write does to a record: defaults, full replacement, sparse updates, revisions, times.
import assert from 'node:assert/strict';
import test from 'node:test';

import { millisOf, timestamp } from './support/client.mjs';
import { config } from './support/config.mjs';
import { refused } from './support/errors.mjs';
import { withServer } from './support/server.mjs';

const ttl = 90_000;
const month = 30 * 24 * 3600 * 1000;
const defaults = (user) => [`delete("user:${user}")`, `read("user:${user}")`,
                            `update("user:${user}")`];

// A number that the server took between `before` and now.
function assertBetween(value, before, after, what) {
  assert.ok(value >= before && value <= after, `${what}: ${value} is not in ${before}..${after}`);
}

test('writes', async (t) => withServer(config(), async (server) => {
  const key = server.key();
  const alice = server.user('alice');

  await t.test('an upsert answers the whole new record', async () => {
    const before = Date.now();
    const record = await alice.upsert('laptop', { status: 'editing' });
    const after = Date.now();
    assert.equal(record.presence_id, 'laptop');
    assert.equal(record.user_id, 'alice');
    assert.equal(record.status, 'editing');
    assert.equal(record.metadata, '{}');
    assert.equal(record.source, 'grpc');
    assert.deepEqual(record.permissions, defaults('alice'));
    assert.ok(BigInt(record.revision) > 0n);
    assertBetween(millisOf(record.create_time), before, after, 'create_time');
    assert.deepEqual(record.update_time, record.create_time);
    assertBetween(millisOf(record.expire_time), before + ttl, after + ttl, 'expire_time');
    assert.deepEqual(await alice.get('laptop'), record);
  });

  await t.test('an upsert replaces the record whole and keeps when it came to be', async () => {
    const first = await alice.upsert('tablet', {
      metadata: '{"page":"/a"}', expire_time: timestamp(Date.now() + 3600_000),
      permissions: { permissions: ['read("users")'] },
    });
    const second = await alice.upsert('tablet', { status: 'away' });
    assert.deepEqual(second.create_time, first.create_time);
    assert.ok(millisOf(second.update_time) >= millisOf(first.update_time));
    assert.equal(second.metadata, '{}');
    assert.deepEqual(second.permissions, defaults('alice'), 'omitted permissions are the defaults');
    assert.ok(millisOf(second.expire_time) <= Date.now() + ttl, 'an omitted expiry is the default');
    assert.ok(BigInt(second.revision) > BigInt(first.revision));
  });

  await t.test('an update changes what it names and nothing else', async () => {
    const before = await alice.upsert('phone', {
      metadata: '{"page":"/a","n":1}', permissions: { permissions: ['read("any")'] },
      expire_time: timestamp(Date.now() + 3600_000),
    });
    const after = await alice.update('phone', { status: 'busy' });
    assert.deepEqual({ ...after, status: before.status, update_time: before.update_time,
                       revision: before.revision }, before);
    assert.equal(after.status, 'busy');
    const metadata = await alice.update('phone', { metadata: '{"other":true}' });
    assert.equal(metadata.metadata, '{"other":true}', 'metadata is replaced, not merged');
    assert.equal(metadata.status, 'busy');
    const later = Date.now() + 7200_000;
    const expiry = await alice.update('phone', { expire_time: timestamp(later) });
    assert.equal(millisOf(expiry.expire_time), later);
    assert.deepEqual((await alice.update('phone', { permissions: { permissions: [] } }))
      .permissions, []);
  });

  await t.test('an update that changes nothing is accepted, and moves update_time', async () => {
    const before = await alice.upsert('watch');
    let after = before;
    while (millisOf(after.update_time) === millisOf(before.update_time)) {
      after = await alice.update('watch', { status: 'online' });
    }
    assert.ok(BigInt(after.revision) > BigInt(before.revision));
    const empty = await alice.update('watch');
    assert.ok(BigInt(empty.revision) > BigInt(after.revision));
    assert.equal(empty.status, 'online');
    assert.deepEqual(empty.expire_time, before.expire_time);
  });

  await t.test('a deleted record is gone, and its id begins anew', async () => {
    const first = await alice.upsert('brief');
    assert.deepEqual(await alice.delete('brief'), {});
    await refused(alice.get('brief'), 'NOT_FOUND', 'PRESENCE_NOT_FOUND', ['brief']);
    await refused(alice.update('brief', { status: 'x' }), 'NOT_FOUND', 'PRESENCE_NOT_FOUND');
    await refused(alice.delete('brief'), 'NOT_FOUND', 'PRESENCE_NOT_FOUND');
    const second = await alice.upsert('brief');
    assert.ok(BigInt(second.revision) > BigInt(first.revision) + 1n, 'the delete had a revision');
    assert.ok(millisOf(second.create_time) >= millisOf(first.create_time));
  });

  await t.test('if_revision lets one of two writers through', async () => {
    const mismatch = ['ABORTED', 'PRESENCE_REVISION_MISMATCH'];
    const { revision } = await key.upsert('guarded', { user_id: 'u', if_revision: 0 });
    const taken = await refused(key.upsert('guarded', { user_id: 'u', if_revision: 0 }),
                                ...mismatch, ['ifRevision', revision]);
    assert.equal(taken.metadata.revision, revision, 'programs need not parse the text');
    const both = await Promise.allSettled([1, 2].map((n) => key.update(
      'guarded', { status: `writer-${n}`, if_revision: revision })));
    assert.deepEqual(both.map((result) => result.status).sort(), ['fulfilled', 'rejected']);
    await refused(key.upsert('guarded', { user_id: 'u', if_revision: revision }), ...mismatch);
    await refused(key.update('guarded', { if_revision: revision }), ...mismatch);
    await refused(key.delete('guarded', { if_revision: revision }), ...mismatch);
    const now = await key.get('guarded');
    assert.equal((await key.upsert('guarded', { user_id: 'u', if_revision: now.revision }))
      .status, 'online');
    const last = await key.get('guarded');
    await key.delete('guarded', { if_revision: last.revision });
    await refused(key.update('guarded', { if_revision: last.revision }), 'NOT_FOUND',
                  'PRESENCE_NOT_FOUND');
    await refused(key.delete('guarded', { if_revision: 0 }), 'NOT_FOUND', 'PRESENCE_NOT_FOUND');
    await refused(key.upsert('guarded', { user_id: 'u', if_revision: last.revision }), ...mismatch,
                  ['0']);
  });

  await t.test('metadata comes back as it was sent: order, numbers, emptiness, text', async () => {
    const texts = [
      '{}', '{"z":1,"a":2,"m":{"z":[],"a":{}}}', '{"id":9007199254740993,"min":-9223372036854775808}',
      '{"max":9223372036854775807,"f":1.50,"e":1e300}', '{"t":"ü😀\\u0000","u":"\\ud83d\\ude00"}',
      '{"":"empty key","a.b":null,"list":[1,[2,[]],{"x":{}}]}', '{"a":1,"a":2}',
    ];
    for (const [i, text] of texts.entries()) {
      await alice.upsert(`meta-${i}`, { metadata: text });
      assert.equal((await alice.get(`meta-${i}`)).metadata, text);
    }
    const spaced = await alice.upsert('meta', { metadata: ' { "b" : [ 1 , 2 ] ,\n"a":" x " } ' });
    assert.equal(spaced.metadata, '{"b":[1,2],"a":" x "}', 'spaces between tokens go');
  });

  await t.test('metadata and status take their whole size', async () => {
    const metadata = JSON.stringify({ text: 'x'.repeat(65_535 - 11) });
    assert.equal(metadata.length, 65_535);
    const deep = `${'{"a":'.repeat(63)}{}${'}'.repeat(63)}`;
    assert.equal((await alice.upsert('big', { metadata })).metadata, metadata);
    assert.equal((await alice.upsert('deep', { metadata: deep })).metadata, deep);
    const status = '😀'.repeat(256);
    assert.equal((await alice.upsert('wide', { status })).status, status);
    const id = `A${'z._-9'.repeat(7)}`;
    assert.equal(id.length, 36);
    assert.equal((await alice.upsert(id)).presence_id, id);
  });

  await t.test('an expiry may be up to 30 days ahead', async () => {
    const end = Date.now() + month - 1000;
    assert.equal(millisOf((await alice.upsert('long', { expire_time: timestamp(end) })).expire_time),
                 end);
    await refused(alice.upsert('long', { expire_time: timestamp(Date.now() + month + 60_000) }),
                  'INVALID_ARGUMENT', 'GENERAL_ARGUMENT_INVALID', ['expiresAt', '30 days']);
    assert.equal(millisOf((await alice.get('long')).expire_time), end, 'refused, so untouched');
  });

  await t.test('concurrent writers of one record get one order', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => key.upsert(
      'contended', { user_id: 'u', status: `s${i}` })));
    const revisions = answers.map(({ revision }) => BigInt(revision));
    assert.equal(new Set(revisions).size, 50, 'no two answers share a revision');
    const last = answers.reduce((a, b) => (BigInt(a.revision) > BigInt(b.revision) ? a : b));
    assert.deepEqual(await key.get('contended'), last);
  });
}));
