// presencectl against the real server, as a person or a script uses it: by its words, its exit
// codes and what it prints.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { config, jwtSecret } from './support/config.mjs';
import { ctl, json, running } from './support/ctl.mjs';
import { withServer } from './support/server.mjs';

test('the tour', async (t) => withServer(config(), async (server) => {
  await t.test('a watcher sees a presence come, change, expire and go', async () => {
    await running(server, ['watch'], async (watch) => {
      await watch.line('current', (line) => line.event === 'current');
      assert.equal(watch.lines[0].event, 'reset');

      const made = await json(server, ['upsert', 'laptop', '--status=online', '--user=u1',
                                       '--metadata', '{"page":"/home","n":12345678901234567}',
                                       '--permission', 'read("any")']);
      assert.equal(made.$id, 'laptop');
      assert.equal(made.userId, 'u1');
      assert.deepEqual(made.$permissions, ['read("any")']);
      assert.equal(made.metadata.page, '/home');
      const upserted = await watch.change('UPSERTED', 'laptop');
      assert.deepEqual(upserted.presence, made);
      assert.equal(upserted.revision, made.revision);

      const updated = await json(server, ['update', 'laptop', '--status=away',
                                          `--if_revision=${made.revision}`]);
      assert.equal(updated.status, 'away');
      assert.deepEqual(updated.metadata, made.metadata);
      await watch.change('UPDATED', 'laptop');

      await json(server, ['upsert', 'short', '--status=online', '--user=u1', '--ttl=500ms']);
      const expired = await watch.change('EXPIRED', 'short');
      assert.ok(Date.parse(expired.time) >= Date.parse(expired.presence.expiresAt));

      assert.deepEqual(await ctl(server, ['delete', 'laptop']),
                       { code: 0, signal: null, stdout: '', stderr: '' });
      assert.equal((await watch.change('DELETED', 'laptop')).deleteCause, 'CALL');
    });
  });

  await t.test('lists, counts and filters', async () => {
    for (const [id, status, page] of [['a', 'online', 'home'], ['b', 'away', 'home'],
                                      ['c', 'online', 'shop']]) {
      await json(server, ['upsert', id, `--status=${status}`, `--user=${id}`,
                          '--metadata', JSON.stringify({ page })]);
    }
    const ids = async (...args) =>
      (await json(server, ['list', ...args])).presences.map(({ $id }) => $id);
    assert.deepEqual(await ids(), ['a', 'b', 'c']);
    assert.deepEqual(await ids('--status=online'), ['a', 'c']);
    assert.deepEqual(await ids('--user=a', '--user=b'), ['a', 'b']);
    assert.deepEqual(await ids('--filter', 'status!=online'), ['b']);
    assert.deepEqual(await ids('--filter=metadata.page=home', '--filter=status^=on'), ['a']);
    assert.deepEqual(await ids('--limit=1', '--after=a'), ['b']);
    assert.deepEqual(await ids('--order=-userId', '--limit=2'), ['c', 'b']);
    assert.deepEqual(await ids('--query', '{"method":"equal","attribute":"$id","values":["c"]}'),
                     ['c']);
    const table = await ctl(server, ['list', '--output=table']);
    assert.match(table.stdout, /^ID +USER +STATUS .*\na +a +online .*\n(.*\n){2}3 of 3\n$/);
    assert.deepEqual(await json(server, ['count', '--group_by=status']),
                     { total: 3, groups: [{ value: 'online', count: 2 },
                                          { value: 'away', count: 1 }] });
  });

  await t.test('watch ends when it is asked to', async () => {
    const state = await ctl(server, ['watch', '--until=current', '--filter=status=online']);
    assert.equal(state.code, 0, state.stderr);
    const lines = state.stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(lines.map(({ event }) => event), ['reset', 'change', 'change', 'current']);

    const args = ['watch', '--count=1', `--resume_token=${lines.at(-1).resumeToken}`,
                  '--filter=status=online'];
    await running(server, args, async (watch) => {
      await json(server, ['update', 'a', '--status=away']);
      assert.equal(await watch.closed, 0);
      assert.deepEqual(watch.lines.filter(({ event }) => event === 'change')
        .map(({ type, presence }) => [type, presence.$id]), [['REMOVED', 'a']]);
    });
  });

  await t.test('what is exported can be imported', async () => {
    const exported = await ctl(server, ['export']);
    assert.equal(exported.code, 0, exported.stderr);
    assert.equal(exported.stdout.trim().split('\n').length, 3);
    for (const id of ['a', 'b', 'c']) assert.equal((await ctl(server, ['delete', id])).code, 0);
    const imported = await ctl(server, ['import'],
                               { input: `${exported.stdout}{"$id":"x","status":"s"}\n` });
    assert.equal(imported.code, 1);
    assert.match(imported.stderr, /line 4: error: userId: .*\n.*\n?3 presences imported, 1 refused/);
    const again = await json(server, ['list']);
    assert.deepEqual(again.presences.map(({ $id, metadata }) => [$id, metadata.page]),
                     [['a', 'home'], ['b', 'home'], ['c', 'shop']]);
  });

  await t.test('a minted token is a user', async () => {
    const secret = path.join(server.folder, 'jwt.secret');
    await fs.writeFile(secret, `${jwtSecret}\n`);
    const minted = await ctl(server, ['token', 'mint', '--secret_file', secret, '--user=ann',
                                      '--team=red:owner', '--label=vip', '--verified']);
    assert.equal(minted.code, 0, minted.stderr);
    const env = { PRESENCES_KEY: '', PRESENCES_TOKEN: minted.stdout.trim() };
    const record = await json(server, ['upsert', 'phone', '--status=online',
                                       '--permission', 'read("team:red/owner")',
                                       '--permission', 'read("label:vip")'], { env });
    assert.equal(record.userId, 'ann');
    const inspected = await ctl(server, ['token', 'inspect'], { env });
    const said = JSON.parse(inspected.stdout);
    assert.equal(said.claims.sub, 'ann');
    assert.equal(said.roles['team:red/owner'], 'teams');
    assert.match(inspected.stderr, /signature was not checked/);
    const stranger = await ctl(server, ['update', 'phone', '--status=x', '--user=bob'], { env });
    assert.equal(stranger.code, 1);
    assert.match(stranger.stderr, /error: .*GENERAL_UNAUTHORIZED_SCOPE/);
  });

  await t.test('refusals say what to do', async () => {
    const cases = [
      [['get', 'nobody'], {}, /error: .*'nobody'.* \(PRESENCE_NOT_FOUND\)\n/, 4],
      [['upsert', 'p', '--status=s'], {}, /GENERAL_BAD_REQUEST\)\nhint: .*--user/],
      [['list'], { PRESENCES_PROJECT: 'other' }, /PROJECT_NOT_FOUND\)\nhint: .*--project/, 4],
      [['list'], { PRESENCES_KEY: 'wrong' }, /\nhint: .*PRESENCES_KEY/],
      [['upsert', 'p', '--status=s'], { PRESENCES_KEY: '' }, /\nhint: .*PRESENCES_TOKEN/],
      [['watch', '--channel=nonsense'], {}, /error: .*channels.*GENERAL_ARGUMENT_INVALID/],
      [['update', 'phone', '--status=s', '--if_revision=1'], {}, /PRESENCE_REVISION_MISMATCH\)\nhint: read it again/, 5],
    ];
    for (const [args, env, text, exit = 1] of cases) {
      const { code, stderr, stdout } = await ctl(server, args, { env });
      assert.match(stderr, text, args.join(' '));
      assert.equal(code, exit, args.join(' '));
      assert.equal(stdout, '');
    }
  });

  await t.test('a key with its newline is a usage error, not a crash', async () => {
    const { code, stderr } = await ctl(server, ['list'], { env: { PRESENCES_KEY: 'key\n' } });
    assert.equal(code, 2);
    assert.match(stderr, /error: --key or PRESENCES_KEY: .*newline/);
  });
}));

test('a held presence lives as long as the command', async () =>
  withServer(config(), async (server) => {
    await running(server, ['watch', '--no_snapshot'], async (watch) => {
      await watch.line('current', (line) => line.event === 'current');
      await running(server, ['hold', 'desk', '--status=online', '--user=u1'], async (hold) => {
        await hold.line('held', (line) => line.$id === 'desk');
        await watch.change('UPSERTED', 'desk');
        hold.process.kill('SIGINT');
        assert.equal(await hold.closed, 0, hold.stderr);
      });
      // At once, not after the grace of a lost connection.
      assert.equal((await watch.change('DELETED', 'desk')).deleteCause, 'CONNECTION');
    });
  }));

test('a watch outlives its server', async () => {
  // A fixed port: the server comes back where it was.
  await withServer(config({ storage: { engine: 'embedded', embedded: { path: 'data' } } }),
                   async (server) => {
    const address = server.ready.grpc;
    await server.stop();
    await server.writeConfig(config({
      storage: { engine: 'embedded', embedded: { path: 'data' } },
      server: { grpc: { address } },
    }));
    await server.start();
    await running(server, ['watch', '--retry_for=forever'], async (watch) => {
      await watch.line('current', (line) => line.event === 'current');
      await json(server, ['upsert', 'one', '--status=online', '--user=u1', '--ttl=1h']);
      await watch.change('UPSERTED', 'one');
      await server.stop();
      await watch.line('going away', (line) => line.event === 'going_away');
      await server.start();
      await json(server, ['upsert', 'two', '--status=online', '--user=u1', '--ttl=1h']);
      await watch.change('UPSERTED', 'two');
      assert.match(watch.stderr, /note: connecting again/);
    });
  });
});

test('a server that is not there is exit code 3', async () => {
  const server = { ready: { grpc: '127.0.0.1:1' } };
  for (const args of [['list'], ['health'], ['watch', '--retry_for=1s'],
                      ['hold', 'p', '--status=s', '--user=u', '--retry_for=1s']]) {
    const { code, stderr, stdout } = await ctl(server, args);
    assert.equal(code, 3, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, /error: cannot reach 127\.0\.0\.1:1: .*\nhint: .*PRESENCES_ENDPOINT/);
    assert.equal(stdout, '');
  }
});
