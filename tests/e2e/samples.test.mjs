// The samples of the document, one by one, with npm appwrite as published, in Node.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { config, jwtSecret, project } from '../integration/support/config.mjs';
import { repository } from '../integration/support/environment.mjs';
import { eventually } from '../integration/support/eventually.mjs';
import { withServer } from '../integration/support/server.mjs';
import { mintToken } from '../integration/support/tokens.mjs';
import { sampleText } from './support/samples.mjs';

const runner = fileURLToPath(new URL('./support/sample_runner.mjs', import.meta.url));
const settings = config({ projects: [project('demo', { origins: ['localhost'] })] });
const ada = () => mintToken({ sub: 'ada', teams: ['red'] }, { secret: jwtSecret });

// A sample that runs; `output` grows. Dispose ends it.
async function startSample(server, name, more = {}) {
  const folder = await fs.mkdtemp(path.join(server.folder, 'sample-'));
  await fs.symlink(path.join(repository, 'tests/node_modules'), path.join(folder, 'node_modules'));
  const file = path.join(folder, `${name}.mjs`);
  await fs.writeFile(file, await sampleText(name, {
    endpoint: `http://${server.ready.http}/v1`, ...more,
  }));
  const child = spawn(process.execPath, [runner, file], {
    env: { ...process.env, SAMPLE_SESSION: more.session ?? ada() },
  });
  const sample = { output: '', child };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => { sample.output += text; });
  }
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  sample.stop = async () => {
    child.stdin.end();
    await ended;
  };
  sample.kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return sample;
}

async function outcomeOf(server, name, more) {
  const sample = await startSample(server, name, more);
  try {
    await eventually(`sample ${name} is done`, () => sample.output.includes('done '));
    return JSON.parse(sample.output.slice(sample.output.indexOf('done ') + 5).split('\n')[0]);
  } finally {
    await sample.stop();
  }
}

test('the upsert samples write what they say', () => withServer(settings, async (server) => {
  const plain = await outcomeOf(server, 'upsert');
  assert.equal(plain.userId, 'ada');
  assert.equal(plain.status, 'online');
  assert.deepEqual(plain.metadata, { page: '/dashboard' });
  assert.deepEqual(plain.$permissions, ['read("users")']);
  const left = Date.parse(plain.expiresAt) - Date.now();
  assert.ok(left > 60_000 && left <= 90_000, `default expiry is 90 s, ${left} ms are left`);

  const five = await outcomeOf(server, 'upsert_expires');
  const minutes = (Date.parse(five.expiresAt) - Date.now()) / 60_000;
  assert.ok(minutes > 4 && minutes <= 5, `expires in ${minutes} minutes`);

  const team = await outcomeOf(server, 'upsert_team', { teamId: 'red' });
  assert.deepEqual(team.$permissions, ['read("team:red")']);
}));

test('the get, list, update and delete samples work on that record', () =>
  withServer(settings, async (server) => {
    const { $id: presenceId } = await outcomeOf(server, 'upsert');
    assert.equal((await outcomeOf(server, 'get', { presenceId })).$id, presenceId);
    const list = await outcomeOf(server, 'list');
    assert.equal(list.total, 1);
    assert.equal(list.presences[0].$id, presenceId);
    assert.equal((await outcomeOf(server, 'update', { presenceId })).status, 'away');
    await outcomeOf(server, 'delete', { presenceId });
    assert.equal((await outcomeOf(server, 'list')).total, 0);
  }));

test('the subscribe sample hears upsert, update, delete and expiry', () =>
  withServer(settings, async (server) => {
    const subscriber = await startSample(server, 'subscribe');
    await eventually('subscribed', () => subscriber.output.includes('done '));
    await eventually('the socket is open', async () =>
      await server.metric('presences_watchers{surface="websocket"}') === 1);
    const { $id: presenceId } = await outcomeOf(server, 'upsert');
    await outcomeOf(server, 'update', { presenceId });
    await outcomeOf(server, 'delete', { presenceId });
    const count = (text) => subscriber.output.split(text).length - 1;
    await eventually('three events', () => count('Presence created or updated') === 2 &&
                                           count('Presence expired or removed') === 1);
    await server.user('ada').upsert('brief', {
      expire_time: { seconds: Math.floor(Date.now() / 1000) + 2, nanos: 0 },
    });
    await eventually('the expiry', () => count('Presence expired or removed') === 2);
    await subscriber.stop();
  }));

test('the hold sample is online while it is connected, and gone when it closes', () =>
  withServer(settings, async (server) => {
    const holder = await startSample(server, 'hold');
    const key = server.key();
    const total = async () => Number((await key.list()).total);
    await eventually('the held presence is there', async () => await total() === 1);
    await holder.kill();
    await eventually('it goes after the grace', async () => await total() === 0);
  }));
