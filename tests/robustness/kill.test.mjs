// kill -9 of the real server under concurrent writers, again and again: what was acknowledged is
// there, what was acknowledged as deleted stays away, and revisions go on.
import assert from 'node:assert/strict';
import test from 'node:test';

import { config, embedded } from '../integration/support/config.mjs';
import { eventually } from '../integration/support/eventually.mjs';
import { Random } from '../integration/support/random.mjs';
import { withServer } from '../integration/support/server.mjs';

const rounds = 6;
const writers = 8;
const idsPerWriter = 12;
const asyncStorage = { engine: 'embedded', embedded: { path: 'data', durability: 'async' } };
const interrupted = new Set(['UNAVAILABLE', 'CANCELLED']);

// What the records of one writer must be: of each id the last acknowledged state, or what the call
// that the crash interrupted would have made of it.
class Writer {
  constructor(number, random) {
    this.random = random;
    this.ids = Array.from({ length: idsPerWriter }, (_, i) => `w${number}-${i}`);
    this.known = new Map(this.ids.map((id) => [id, undefined]));  // undefined: not there
    this.maybe = new Map();
    this.acknowledged = 0;
    this.revision = 0n;  // the highest that was acknowledged
  }

  // Writes one after another until the server is gone.
  async run(client) {
    for (let i = 0; ; ++i) {
      const plan = this.#plan(i);
      this.maybe = plan.states;
      try {
        this.#acknowledge(await plan.call(client), plan.states);
      } catch (error) {
        if (error.code === 'NOT_FOUND') {
          assert.deepEqual([...plan.states.keys()].map((id) => this.known.get(id)), [undefined]);
          continue;
        }
        assert.ok(interrupted.has(error.code), error.message);
        return;
      }
    }
  }

  // A call, and the state of the ids that it writes.
  #plan(i) {
    const id = this.random.pick(this.ids);
    const status = `${this.acknowledged}.${i}`;
    const kind = this.random.below(10);
    if (kind < 2) {
      return { states: new Map([[id, undefined]]), call: (client) => client.delete(id) };
    }
    if (kind < 4) {
      const ids = [...new Set([id, this.random.pick(this.ids), this.random.pick(this.ids)])];
      const presences = ids.map((presence_id) => ({ presence_id, user_id: 'u', status }));
      return { states: new Map(ids.map((each) => [each, status])),
               call: (client) => client.call('BatchUpsertPresences', { presences }) };
    }
    return { states: new Map([[id, status]]),
             call: (client) => client.upsert(id, { user_id: 'u', status }) };
  }

  #acknowledge(answer, states) {
    for (const [id, state] of states) this.known.set(id, state);
    this.maybe = new Map();
    ++this.acknowledged;
    const records = answer.results?.map(({ presence }) => presence) ?? [answer];
    for (const { revision } of records) {
      if (revision && BigInt(revision) > this.revision) this.revision = BigInt(revision);
    }
  }

  // Compares with what the restarted server has, which is the truth from now on.
  check(records) {
    for (const id of this.ids) {
      const now = records.get(id)?.status;
      const allowed = [this.known.get(id)];
      if (this.maybe.has(id)) allowed.push(this.maybe.get(id));
      assert.ok(allowed.includes(now), `${id} is ${now}, must be one of ${allowed}`);
      this.known.set(id, now);
    }
    this.maybe = new Map();
  }
}

// Everything that a watcher is told stays true: a revision never means two different things.
class Witness {
  constructor() {
    this.told = new Map();
    this.last = undefined;
  }
  follow(client) {
    this.last = client.watch({}, { resumed: this.last });
  }
  check() {
    assert.equal(this.last.broken, undefined);
    for (const { type, presence, revision, time } of this.last.changes) {
      // The state after a reset is told as UPSERTED, whatever made it.
      const content = JSON.stringify([presence.presence_id, type === 'TYPE_DELETED',
                                      type === 'TYPE_DELETED' ? '' : presence.status, time]);
      const before = this.told.get(revision) ?? content;
      assert.equal(content, before, `revision ${revision} was told twice`);
      this.told.set(revision, content);
    }
  }
}

function killAgainAndAgain(storage) {
  return withServer(config({ storage }), async (server) => {
    const random = new Random();
    const all = Array.from({ length: writers }, (_, i) => new Writer(i, random));
    const witness = new Witness();
    let highest = 0n;
    for (let round = 0; round < rounds; ++round) {
      witness.follow(server.key());
      const goal = all.reduce((sum, { acknowledged }) => sum + acknowledged, 0) +
        100 + random.below(400);
      const running = all.map((writer) => writer.run(server.key()));
      await eventually('enough writes', () =>
        all.reduce((sum, { acknowledged }) => sum + acknowledged, 0) >= goal, { every: 1 });
      server.process.kill('SIGKILL');
      await Promise.all(running);
      await witness.last.ended();
      witness.check();
      await server.restart();

      const { presences } = await server.key().list([{ method: 'limit', values: [10_000] }]);
      const records = new Map(presences.map((record) => [record.presence_id, record]));
      for (const writer of all) {
        writer.check(records);
        if (writer.revision > highest) highest = writer.revision;
      }
      const { revision } = await server.key().upsert('next', { user_id: 'u' });
      assert.ok(BigInt(revision) > highest, `${revision} after ${highest}`);
      highest = BigInt(revision);
    }

    witness.follow(server.key());
    await witness.last.current();
    witness.check();
    const { presences } = await server.key().list([{ method: 'limit', values: [10_000] }]);
    assert.deepEqual([...witness.last.view.keys()].sort(),
                     presences.map(({ presence_id }) => presence_id).sort());
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
  });
}

test('kill -9 under load', async (t) => {
  await t.test('durability: sync', () => killAgainAndAgain(embedded));
  await t.test('durability: async', () => killAgainAndAgain(asyncStorage));
});
