// What probes are told from the first moment to the last, and what /statusz says.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { config, embedded, project } from './support/config.mjs';
import { Connection } from './support/connection.mjs';
import { presenced } from './support/environment.mjs';
import { eventually } from './support/eventually.mjs';
import { run, withFolder, withServer } from './support/server.mjs';

const execute = promisify(execFile);

// A free port of this machine, as good as such a promise is.
async function freePort() {
  const net = await import('node:net');
  const listener = net.createServer();
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  const { port } = listener.address();
  await new Promise((resolve) => { listener.close(resolve); });
  return port;
}

test('startup', async (t) => {
  // The database reads its file CURRENT first. While that is a pipe, opening takes as long as the
  // test wants, as if the folder were huge and the disk slow.
  await t.test('probes are answered while the data is still loading', () => withServer(
    config({ storage: embedded }), async (server) => {
      await server.key().upsert('p', { user_id: 'u' });
      await server.stop();
      const current = path.join(server.folder, 'data', 'CURRENT');
      const name = await fs.readFile(current);
      await fs.rename(current, `${current}.kept`);
      await execute('mkfifo', [current]);

      const metrics = `127.0.0.1:${await freePort()}`;
      server.args.push(`--metrics_address=${metrics}`);
      server.ready = { metrics };
      const started = server.start();
      await eventually('/livez', async () => (await server.admin('/livez')).status === 200);
      const { status, text } = await server.admin('/readyz');
      assert.deepEqual([status, text], [503, 'starting\n']);
      const facts = JSON.parse((await server.admin('/statusz')).text);
      assert.equal(facts.state, 'starting');
      assert.equal(facts.projects, undefined);
      assert.equal((await server.admin('/metrics')).status, 200);
      assert.equal(server.stdout, '', 'the ready line waits for all listeners');

      const pipe = await fs.open(current, 'w');
      await fs.rename(`${current}.kept`, current);
      // A reader that only looked whether the file is there is gone again, and reads the real one.
      await pipe.write(name).catch((error) => assert.equal(error.code, 'EPIPE'));
      await pipe.close();
      await started;
      assert.equal(server.stdout.trimEnd().split('\n').length, 1);
      assert.equal((await server.admin('/readyz')).status, 200);
      assert.equal((await server.key().get('p')).presence_id, 'p');
    }));

  await t.test('storage that cannot be opened is still exit code 4', () => withFolder(
    async (folder) => {
      const file = path.join(folder, 'presences.yaml');
      await fs.writeFile(path.join(folder, 'data'), 'a file');
      await fs.writeFile(file, JSON.stringify(config({ storage: embedded })));
      const { code, stdout } = await run(presenced, [`--config=${file}`], { cwd: folder });
      assert.deepEqual([code, stdout], [4, '']);
    }));
});

test('probes', async (t) => withServer(
  config({ projects: [project('demo'), project('second')], storage: embedded }), async (server) => {
    await t.test('verbose lists every check', async () => {
      const ready = (await server.admin('/readyz?verbose')).text.trimEnd().split('\n');
      assert.deepEqual(ready, ['[+] started ok', '[+] not draining ok', '[+] storage ok',
                               '[+] threads ok', 'ok']);
      const live = (await server.admin('/livez?verbose')).text;
      for (const thread of ['committer', 'completer', 'expirer', 'lane-0', 'holds', 'http-0',
                            'grpc', 'health']) {
        assert.ok(live.includes(`[+] thread ${thread} ok\n`), `${thread} in ${live}`);
      }
    });

    await t.test('no thread is silent for long while the server has work and while it has none',
      async () => {
        const silent = async () => JSON.parse((await server.admin('/statusz')).text).threads
          .filter(({ doing, silent_ms: ms }) => doing !== 'resting' && ms > 5000);
        for (let i = 0; i < 200; ++i) await server.key().upsert(`p${i % 7}`, { user_id: 'u' });
        assert.deepEqual(await silent(), []);
      });

    await t.test('/statusz', async () => {
      const key = server.key();
      const watcher = key.watch();
      await watcher.current();
      const connection = new Connection(key);
      await connection.hold('held', { user_id: 'u' });
      const facts = JSON.parse((await server.admin('/statusz')).text);
      assert.equal(facts.version, facts.build.version);
      assert.match(facts.build.compiler, /GNU|Clang/);
      assert.equal(facts.pid, server.ready.pid);
      assert.equal(facts.state, 'serving');
      assert.equal(facts.config_file, server.configFile);
      assert.ok(Math.abs(Date.parse(facts.started) - Date.now()) < 600_000, facts.started);
      assert.deepEqual(facts.storage, { engine: 'embedded', path: path.join(server.folder, 'data'),
                                        available: true, error: '' });
      assert.equal(facts.last_reload, null);
      for (const name of ['grpc', 'http', 'metrics']) {
        assert.deepEqual(facts.listeners[name], { address: server.ready[name], tls: false });
      }
      assert.equal(facts.subscriptions, 1);
      assert.equal(facts.subscriptions_by_surface.grpc, 1);
      assert.equal(facts.sockets, 0);
      const [demo, second] = facts.projects;
      assert.equal(demo.id, 'demo');
      assert.equal(demo.holds, 1);
      assert.equal(demo.connections, 2);
      assert.ok(demo.revision > demo.oldest_resumable_revision);
      assert.match(demo.epoch, /^[0-9a-f]+$/);
      assert.deepEqual([second.id, second.records, second.connections], ['second', 0, 0]);
      watcher.cancel();
      connection.halfClose();
    });

    await t.test('metrics of the disk and of threads', async () => {
      const free = await server.metric('presences_storage_disk_free_bytes');
      const size = await server.metric('presences_storage_disk_size_bytes');
      assert.ok(free > 0 && size >= free, `${free} of ${size}`);
      assert.equal(await server.metric('presences_ready'), 1);
      assert.equal(await server.metric('presences_storage_available'), 1);
      const stall = await server.metric('presences_thread_stall_seconds{thread="expirer"}');
      assert.ok(stall >= 0 && stall < 5, `${stall}`);
    });

    await t.test('/statusz and metrics remember the last reload', async () => {
      const metric = (name) => server.metric(`presences_config_${name}`);
      assert.equal(await metric('last_reload_successful'), 1, 'what it began with is good');
      const began = await metric('last_reload_success_timestamp_seconds');
      assert.ok(Math.abs(began - Date.now() / 1000) < 600, `${began}`);
      await server.writeConfig(config({ storage: embedded, projects: [
        project('demo', { origins: ['a.example'] }), project('second')] }));
      await server.reload();
      const reloaded = JSON.parse((await server.admin('/statusz')).text).last_reload;
      assert.equal(reloaded.result, 'ok');
      assert.deepEqual(reloaded.changed, ['projects[0].origins']);
      await server.writeConfig('projects: [');
      await server.reload('reload refused');
      const refused = JSON.parse((await server.admin('/statusz')).text).last_reload;
      assert.equal(refused.result, 'refused');
      assert.match(refused.error, /presences\.yaml/);
      assert.ok(Date.parse(refused.time) >= Date.parse(reloaded.time));
      assert.equal(await metric('reloads_total{result="ok"}'), 1);
      assert.equal(await metric('reloads_total{result="refused"}'), 1);
      assert.equal(await metric('last_reload_successful'), 0);
      const last = await metric('last_reload_success_timestamp_seconds');
      assert.ok(Math.abs(last - Date.parse(reloaded.time) / 1000) < 1, `${last}`);
    });
  }));
