// Bad input, from tests/testdata/grpc/bad_input.json: each call is refused with a code, a reason
// and a text that helps, changes nothing, and the server goes on serving.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { timestamp } from './support/client.mjs';
import { config } from './support/config.mjs';
import { repository } from './support/environment.mjs';
import { Refusal, refused } from './support/errors.mjs';
import { withServer } from './support/server.mjs';

const { rows } = JSON.parse(fs.readFileSync(
  path.join(repository, 'tests/testdata/grpc/bad_input.json'), 'utf8'));

// What each method is given, before a row spoils it.
const good = {
  UpsertPresence: { presence_id: 'canary', user_id: 'u', status: 'online' },
  UpdatePresence: { presence_id: 'canary' },
  DeletePresence: { presence_id: 'canary' },
  Subscribe: { channels: ['presences'] },
};

// Replaces the `$` forms of the table by what they stand for.
function expand(value) {
  if (Array.isArray(value)) return value.map(expand);
  if (value === null || typeof value !== 'object') return value;
  const [form, argument] = Object.entries(value)[0] ?? [];
  switch (form) {
    case '$repeat':
      return argument[0].repeat(argument[1]);
    case '$times':
      return Array.from({ length: argument[1] }, () => expand(argument[0]));
    case '$join':
      return argument.map(expand).join('');
    case '$json':
      return JSON.stringify(expand(argument));
    case '$in':
      return timestamp(Date.now() + argument);
    default:
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, expand(each)]));
  }
}

// Makes the call of a row; fails as the server says.
async function perform(client, { call, request = {}, raw }) {
  const bytes = raw && Buffer.from(raw.replaceAll(' ', ''), 'hex');
  const whole = Object.fromEntries(Object.entries({ ...good[call], ...expand(request) })
    .filter(([, value]) => value !== null));
  if (call !== 'Subscribe') return client.call(call, whole, { raw: bytes });
  const stream = client.stream(call, whole, { raw: bytes });
  return new Promise((resolve, reject) => {
    stream.on('data', (response) => {
      resolve(response);
      stream.cancel();
    });
    stream.on('error', () => {});
    stream.on('status', (status) => reject(new Refusal(status, call)));
  });
}

test('bad input', async (t) => withServer(config(), async (server) => {
  const callers = { key: server.key(), alice: server.user('alice') };
  const canary = await callers.key.upsert('canary', { user_id: 'u', metadata: '{"sings":true}' });
  const { pid } = server.ready;

  for (const row of rows) {
    await t.test(row.name, async () => {
      await refused(perform(callers[row.as ?? 'key'], row), row.code ?? 'INVALID_ARGUMENT',
                    row.reason ?? 'GENERAL_ARGUMENT_INVALID', row.says);
      assert.deepEqual(await callers.key.get('canary'), canary, 'a refused call changes nothing');
    });
  }

  await t.test('nothing but the canary was written', async () => {
    assert.equal((await callers.key.count()).total, '1');
    assert.equal(server.ready.pid, pid);
    assert.equal(server.ended, undefined, 'the server runs');
    assert.equal((await server.admin('/readyz')).status, 200);
  });
}));
