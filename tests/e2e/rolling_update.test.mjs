// A rolling update as a StatefulSet with one replica does it: the old process is drained and ends,
// a new one starts on the same volume, and the Service's address leads to it. Presences are held
// and watched, and records written, all the while.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Client } from '../integration/support/client.mjs';
import { config, embedded, jwtSecret, keys, project } from '../integration/support/config.mjs';
import { eventually, untilTime } from '../integration/support/eventually.mjs';
import { Server, withFolder } from '../integration/support/server.mjs';
import { mintToken } from '../integration/support/tokens.mjs';
import { Balancer } from '../integration/support/balancer.mjs';
import { BrowserHolder, Follower, ServiceHolder, Writer } from './support/update_cast.mjs';

const gone = ['TYPE_DELETED', 'TYPE_EXPIRED', 'TYPE_REMOVED'];
const userToken = (sub) => mintToken({ sub }, { secret: jwtSecret });

// The pod, its volume and its Service.
class Cluster {
  static async create(folder, grace) {
    const cluster = new Cluster();
    cluster.folder = folder;
    cluster.balancer = await Balancer.start();
    cluster.clients = [];
    cluster.pod = new Server(folder);
    await cluster.pod.writeConfig(config({
      projects: [project('demo', { connection_grace: grace, navigation_grace: grace,
                                   origins: ['localhost'] })],
      storage: embedded, server: { drain_delay: '0s', drain_timeout: '8s' },
    }));
    await cluster.startPod();
    return cluster;
  }

  async startPod() {
    await this.pod.start();
    await eventually('ready', async () => (await this.pod.admin('/readyz')).status === 200);
    this.balancer.route(this.pod);
    this.startedAt = Date.now();
  }

  // Answers how long there was no pod that is ready, in milliseconds.
  async update() {
    const began = Date.now();
    assert.deepEqual(await this.pod.stop(), { code: 0, signal: null });
    this.balancer.route(undefined);
    const drained = Date.now() - began;
    this.pod = new Server(this.folder);
    await this.startPod();
    return { drained, whole: Date.now() - began };
  }

  client(credentials) {
    const client = new Client(this.balancer.addresses.grpc, { project: 'demo', ...credentials },
                              { ownConnection: true });
    this.clients.push(client);
    return client;
  }

  async dispose() {
    for (const client of this.clients) client.close();
    this.balancer.stop();
    await this.pod.dispose();
  }
}

const withCluster = (grace, body) => withFolder(async (folder) => {
  const cluster = await Cluster.create(folder, grace);
  const cast = [];
  try {
    return await body(cluster, (member) => (cast.push(member), member));
  } finally {
    await Promise.all(cast.map((member) => member.stop()));
    await cluster.dispose();
  }
});

// Six users who are here: three through services, three with a browser.
function holdersOf(cluster, enter) {
  return ['ada', 'bob', 'cyd'].flatMap((user) => [
    enter(new ServiceHolder(cluster.client({ token: userToken(user) }), `${user}-service`)),
    enter(new BrowserHolder(cluster.balancer.addresses.http, userToken(user), `${user}-browser`)),
  ]);
}

// What a follower saw must be everything since it began: no gap, no repeat, no second state.
function checkStory(follower, acknowledged) {
  assert.equal(follower.broken, undefined);
  assert.deepEqual(follower.kinds.filter((kind) => kind === 'reset'), ['reset'], 'the first one');
  const revisions = follower.changes.map(({ revision }) => BigInt(revision));
  revisions.forEach((revision, i) => {
    if (i > 0) assert.equal(revision, revisions[i - 1] + 1n, 'the next revision');
  });
  const told = new Map(follower.changes.map((change) => [BigInt(change.revision), change]));
  for (const { id, n, revision } of acknowledged) {
    assert.equal(told.get(revision)?.presence.presence_id, id, `the write ${n} of ${id}`);
    assert.equal(told.get(revision).presence.metadata, `{"n":${n}}`);
  }
}

const acknowledgedBy = (writers) => writers.flatMap(
  ({ id, acknowledged }) => acknowledged.map((write) => ({ id, ...write })));

test('an update and its rollback flip nobody offline and lose nothing', () =>
  withCluster('6s', async (cluster, enter) => {
    const key = { key: keys.backend };
    const followers = Array.from({ length: 4 }, () => enter(new Follower(cluster.client(key))));
    await eventually('the followers', () => followers.every((each) => each.isCurrent));
    const holders = holdersOf(cluster, enter);
    await eventually('the holders', () => holders.every(({ times }) => times === 1));
    const writers = Array.from({ length: 4 }, (_, i) =>
      enter(new Writer(cluster.client(key), `record-${i}`)));

    for (const round of ['update', 'rollback']) {
      const before = holders.map(({ times }) => times);
      const written = writers.map(({ acknowledged }) => acknowledged.length);
      await eventually('writes', () => writers.every(
        ({ acknowledged }, i) => acknowledged.length > written[i] + 20));
      const { drained, whole } = await cluster.update();
      await eventually('all are back', () => followers.every((each) => each.isCurrent) &&
        holders.every(({ times }, i) => times > before[i]));
      const back = Date.now() - cluster.startedAt;
      assert.ok(back < 6000, `within the grace, after ${back} ms`);
      console.log(`${round}: drained in ${drained} ms, the new pod ready after ${whole} ms, ` +
        `everybody back ${back} ms later`);
      // Whoever had not come back would go now.
      await untilTime(cluster.startedAt + 6000 + 500);
    }
    await Promise.all(writers.map((writer) => writer.stop()));
    const acknowledged = acknowledgedBy(writers);
    const last = acknowledged.reduce((most, { revision }) => (revision > most ? revision : most), 0n);
    await eventually('all is told', () => followers.every(
      ({ parts }) => parts.at(-1).revision >= last));
    for (const follower of followers) {
      checkStory(follower, acknowledged);
      assert.deepEqual(follower.changes.filter(({ type }) => gone.includes(type)), []);
      // Nothing at all was told of those who hold, but that they came.
      const held = follower.changes.filter(({ presence }) => !presence.presence_id.startsWith('rec'));
      assert.deepEqual(held.map(({ type }) => type), holders.map(() => 'TYPE_UPSERTED'));
      assert.ok(follower.kinds.includes('going_away'));
    }
    const fresh = cluster.client(key);
    for (const { id, acknowledged: writes } of writers) {
      assert.equal((await fresh.get(id)).metadata, `{"n":${writes.at(-1).n}}`);
    }
    assert.equal(Number((await fresh.count()).total), holders.length + writers.length);
    console.log(`${acknowledged.length} writes, ` +
      `${writers.reduce((sum, { retries }) => sum + retries, 0)} retries; longest time without ` +
      `an acknowledgement ${Math.max(...writers.map(({ longestGap }) => longestGap))} ms`);
  }));

test('without a grace the same update is seen to flip people offline', () =>
  withCluster('0s', async (cluster, enter) => {
    const follower = enter(new Follower(cluster.client({ key: keys.backend })));
    await eventually('the follower', () => follower.isCurrent);
    const holders = holdersOf(cluster, enter);
    await eventually('the holders', () => holders.every(({ times }) => times === 1));
    await cluster.update();
    await eventually('all are back', () => holders.every(({ times }) => times > 1));
    await eventually('the follower is back', () => follower.isCurrent);
    await eventually('somebody was offline', () => follower.changes.some(
      ({ type }) => gone.includes(type)));
  }));
