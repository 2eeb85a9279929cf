// docs/capacity.md: the table follows from the costs by the formula, and the costs are those of
// this build. PRESENCES_MEASURE=1 measures at length and writes the page anew.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { RealtimeSocket } from '../e2e/support/realtime_socket.mjs';
import { config, embedded, jwtSecret, project } from '../integration/support/config.mjs';
import { repository, sanitized } from '../integration/support/environment.mjs';
import { eventually } from '../integration/support/eventually.mjs';
import { withServer } from '../integration/support/server.mjs';
import { mintToken } from '../integration/support/tokens.mjs';
import { table } from './support/capacity.mjs';

const page = path.join(repository, 'docs/capacity.md');
const costsBlock = /```json costs\n([^]*?)```/;
const tableBlock = /\| what users do [^]*?\n\n/;
const measuring = Boolean(process.env.PRESENCES_MEASURE);
const sizes = measuring ? { records: 200_000, peers: 500, writes: 4000, rounds: 100 }
  : { records: 50_000, peers: 200, writes: 1000, rounds: 25 };

// 300 bytes of user data in all: ids, status, metadata, one permission.
const record = (i) => ({
  presence_id: `presence-${String(i).padStart(10, '0')}`, user_id: `user-${i}`, status: 'online',
  metadata: JSON.stringify({ page: `/documents/${i}`, device: 'desktop', note: 'x'.repeat(150) }),
  permissions: { permissions: ['read("team:everyone")'] },
});

async function usage(server) {
  const { text } = await server.admin('/metrics');
  const value = (name) => Number(text.match(new RegExp(`^presences_${name} (.*)$`, 'm'))[1]);
  return { memory: value('process_resident_memory_bytes'), cpu: value('process_cpu_seconds_total') };
}

// What `work` costs the server, per each of `count`: bytes and microseconds of CPU.
async function cost(server, count, work) {
  const before = await usage(server);
  await work();
  const after = await usage(server);
  return { bytes: (after.memory - before.memory) / count,
           microseconds: (after.cpu - before.cpu) * 1e6 / count };
}

async function fill(key) {
  for (let i = 0; i < sizes.records; i += 1000) {
    const presences = Array.from({ length: 1000 }, (_, n) => record(i + n));
    await key.call('BatchUpsertPresences', { presences }, { timeout: 60_000 });
  }
}

async function writeOneByOne(key, count) {
  const lanes = Array.from({ length: 32 }, async (_, lane) => {
    for (let i = lane; i < count; i += 32) await key.upsert(`presence-${i}`, record(i));
  });
  await Promise.all(lanes);
}

// One change at a time, each told to everybody before the next: no two share a message, so this is
// the most that a delivery costs.
async function deliverOneByOne(key, rounds, heard) {
  for (let round = 1; round <= rounds; ++round) {
    await key.upsert('told', { ...record(0), presence_id: 'told', status: `round ${round}` });
    await eventually('all have heard it', () => heard() === round);
  }
}

async function sockets(server) {
  const jwt = mintToken({ sub: 'watcher', teams: ['everyone'] }, { secret: jwtSecret });
  const opened = [];
  for (let i = 0; i < sizes.peers; i += 1) {
    const socket = await new RealtimeSocket(server, { query: { jwt } }).open();
    await socket.subscribe('s', ['presences.told']);
    opened.push(socket);
  }
  return opened;
}

async function watchers(server) {
  const opened = [];
  for (let i = 0; i < sizes.peers; i += 1) {
    const client = server.connect({ key: server.key().credentials.key }, { ownConnection: true });
    const watcher = { changes: 0, current: false };
    client.stream('Subscribe', { channels: ['presences.told'], snapshot: false })
      .on('data', ({ changes, current }) => {
        watcher.changes += changes?.changes?.length ?? 0;
        watcher.current ||= Boolean(current);
      }).on('error', () => {});
    opened.push(watcher);
  }
  await eventually('all watch', () => opened.every(({ current }) => current));
  return opened;
}

async function measure(server) {
  const key = server.key();
  const start = await usage(server);
  const records = await cost(server, sizes.records, () => fill(key));
  const writes = await cost(server, sizes.writes, () => writeOneByOne(key, sizes.writes));
  let opened;
  const socket = await cost(server, sizes.peers, async () => { opened = await sockets(server); });
  const told = await cost(server, sizes.rounds * sizes.peers, () => deliverOneByOne(
    key, sizes.rounds, () => Math.min(...opened.map(({ events }) => events.length))));
  for (const one of opened) one.socket.terminate();
  let streams;
  const stream = await cost(server, sizes.peers, async () => { streams = await watchers(server); });
  const streamed = await cost(server, sizes.rounds * sizes.peers, () => deliverOneByOne(
    key, sizes.rounds, () => Math.min(...streams.map(({ changes }) => changes))));
  return {
    bytes_at_start: start.memory,
    bytes_per_record: records.bytes,
    bytes_per_socket: socket.bytes,
    bytes_per_grpc_watcher: stream.bytes,
    cpu_us_per_write: writes.microseconds,
    cpu_us_per_socket_delivery: told.microseconds,
    cpu_us_per_grpc_delivery: streamed.microseconds,
  };
}

function rounded(costs) {
  return Object.fromEntries(Object.entries(costs).map(([name, value]) =>
    [name, Number(value.toPrecision(2))]));
}

async function writePage(costs) {
  const text = await fs.readFile(page, 'utf8');
  await fs.writeFile(page, text
    .replace(costsBlock, `\`\`\`json costs\n${JSON.stringify(costs, null, 2)}\n\`\`\``)
    .replace(tableBlock, `${table(costs)}\n\n`));
}

test('the table follows from the costs by the formula', { skip: measuring }, async () => {
  const text = await fs.readFile(page, 'utf8');
  const costs = JSON.parse(text.match(costsBlock)[1]);
  assert.equal(text.match(tableBlock)[0].trim(), table(costs),
               'write the page anew: PRESENCES_MEASURE=1');
});

test('the costs are those of this build', { skip: Boolean(sanitized), timeout: 170_000 }, () =>
  withServer(config({ storage: embedded,
    projects: [project('demo', { limits: { connects_per_minute_per_ip: 0 } })] }), async (server) => {
    const costs = rounded(await measure(server));
    console.log(JSON.stringify(costs));
    if (measuring) return writePage(costs);
    const documented = JSON.parse((await fs.readFile(page, 'utf8')).match(costsBlock)[1]);
    for (const [name, value] of Object.entries(costs)) {
      // CPU time varies with what else runs here (cold caches), memory hardly.
      const most = documented[name] * (name.startsWith('cpu') ? 3 : 1.5);
      assert.ok(value <= most, `${name}: ${value} is far above the documented ${documented[name]}`);
    }
  }));
