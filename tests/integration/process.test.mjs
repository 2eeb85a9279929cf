// The process: its flags, its one line on stdout, its exit codes, and what it says when it refuses.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';

import { config, embedded, jwtSecret, project } from './support/config.mjs';
import { presenced } from './support/environment.mjs';
import { run, Server, withFolder, withServer } from './support/server.mjs';

const ephemeral = ['grpc', 'http', 'metrics'].map((name) => `--${name}_address=127.0.0.1:0`);

// Runs presenced with a configuration file of this text (or object) until it ends.
function runWith(text, flags = [], env = {}) {
  return withFolder(async (folder) => {
    const file = path.join(folder, 'presences.yaml');
    await fs.writeFile(file, typeof text === 'string' ? text : JSON.stringify(text, null, 2));
    return run(presenced, [`--config=${file}`, ...flags], { env, cwd: folder });
  });
}

function expectEnd(result, code, ...says) {
  assert.equal(result.code, code, `${result.stdout}${result.stderr}`);
  for (const text of says) assert.ok(result.stderr.includes(text), `'${text}' in ${result.stderr}`);
}

// A socket that occupies a port while `body` runs.
async function withTakenPort(body) {
  const listener = net.createServer();
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  try {
    return await body(`127.0.0.1:${listener.address().port}`);
  } finally {
    listener.close();
  }
}

test('flags', async (t) => {
  await t.test('--version and --help answer on stdout', async () => {
    const version = await run(presenced, ['--version']);
    expectEnd(version, 0);
    assert.match(version.stdout, /^presenced \d+\.\d+\.\d+\n$/);
    const help = await run(presenced, ['--help']);
    expectEnd(help, 0);
    for (const flag of ['config', 'dev', 'data_dir', 'grpc_address', 'http_address',
                        'metrics_address', 'check_config', 'print_config', 'log_format']) {
      assert.ok(help.stdout.includes(`--${flag}`), flag);
    }
  });

  await t.test('a bad command line ends with 2', async () => {
    expectEnd(await run(presenced, []), 2, '--config', '--dev');
    expectEnd(await run(presenced, ['--bogus']), 2, 'bogus');
    expectEnd(await run(presenced, ['--check_config=maybe', '--dev']), 2, 'check_config');
    expectEnd(await run(presenced, ['--dev', 'stray']), 2, 'stray');
    expectEnd(await run(presenced, ['--dev', '--config=x.yaml']), 2, '--config', '--dev');
    expectEnd(await run(presenced, ['--config=/nowhere/presences.yaml']), 2,
              '/nowhere/presences.yaml', 'No such file');
    for (const address of ['x', '127.0.0.1:', '127.0.0.1:99999', ':1']) {
      expectEnd(await runWith(config(), [`--grpc_address=${address}`]), 2, '--grpc_address',
                'host:port');
    }
  });

  await t.test('--dev serves this machine only', () => withFolder(async (folder) => {
    for (const flag of ['grpc', 'http', 'metrics']) {
      expectEnd(await run(presenced, ['--dev', `--data_dir=${folder}/d`,
                                      `--${flag}_address=0.0.0.0:0`]), 2,
                `--${flag}_address`, 'loopback', '0.0.0.0');
    }
  }));
});

test('configuration files', async (t) => {
  await t.test('every error is named with its line and path', async () => {
    const text = ['server:', '  grpc: { adress: "127.0.0.1:0" }', 'projects:', '  - id: "a b"',
                  '    default_ttl: soon', '    api_keys: [{ id: k, sha256: abc, scopes: [] }]',
                  ''].join('\n');
    for (const flags of [[], ['--check_config']]) {
      expectEnd(await runWith(text, flags), 2,
                'presences.yaml:2: server.grpc.adress: unknown key; did you mean address?',
                'presences.yaml:4: projects[0].id', 'presences.yaml:5: projects[0].default_ttl',
                'presences.yaml:6: projects[0].api_keys[0]');
    }
    expectEnd(await runWith('a: [1'), 2, 'presences.yaml:');
    expectEnd(await runWith(''), 2, 'presences.yaml');
    expectEnd(await runWith('projects: []\n'), 2, 'projects');
  });

  await t.test('--check_config says that a good one is good', async () => {
    const result = await runWith(config(), ['--check_config']);
    expectEnd(result, 0);
    assert.match(result.stdout, /valid/);
  });

  await t.test('--print_config shows what counts, and no secret', async () => {
    const printed = await runWith(config(), ['--print_config', '--grpc_address=127.0.0.1:7']);
    expectEnd(printed, 0);
    assert.match(printed.stdout, /127\.0\.0\.1:7/);
    assert.match(printed.stdout, /default_ttl: 90s/, 'defaults too');
    assert.ok(!printed.stdout.includes(jwtSecret), 'the secret is redacted');
    const again = await runWith(printed.stdout.replaceAll('"(redacted)"', `"${jwtSecret}"`),
                                ['--print_config']);
    assert.equal(again.stdout, printed.stdout, 'what is printed can be read');
  });

  await t.test('${NAME} is the environment\'s, and must be set', async () => {
    const demo = project('demo', { tokens: [{ id: 'm', algorithm: 'HS256',
                                              secret: '${PRESENCES_TEST_SECRET}' }] });
    const text = config({ projects: [demo] });
    expectEnd(await runWith(text, ['--check_config'], { PRESENCES_TEST_SECRET: jwtSecret }), 0);
    expectEnd(await runWith(text, ['--check_config']), 2, 'projects[0].tokens[0].secret',
              'PRESENCES_TEST_SECRET', 'not set');
  });
});

test('the running process', async (t) => {
  await t.test('stdout is one line, which says where it listens', () => withServer(
    config(), async (server) => {
      await server.key().upsert('p', { user_id: 'u' });
      const { ready } = server;
      assert.equal(ready.event, 'ready');
      assert.equal(ready.pid, server.process.pid);
      for (const name of ['grpc', 'metrics']) assert.match(ready[name], /^127\.0\.0\.1:[1-9]\d*$/);
      const known = ['event', 'grpc', 'http', 'metrics', 'pid'];
      assert.deepEqual(Object.keys(ready).filter((key) => !known.includes(key)), []);
      await server.stop();
      assert.equal(server.stdout, `${JSON.stringify(ready)}\n`, 'compact, and nothing after it');
    }));

  await t.test('stderr is one JSON object a line', () => withServer(config(), async (server) => {
    await server.stop();
    const lines = server.stderr.trimEnd().split('\n');
    assert.ok(lines.length >= 3, server.stderr);
    for (const line of lines) {
      const { time, level, message } = JSON.parse(line);
      assert.ok(time && level && message, line);
    }
  }));

  await t.test('--log_format=text is for people', () => withFolder(async (folder) => {
    const server = new Server(folder);
    server.args.push('--log_format=text');
    try {
      await server.writeConfig(config());
      await server.start();
      await server.stop();
      assert.throws(() => JSON.parse(server.stderr.split('\n')[0]));
      assert.match(server.stderr, /stopped/);
    } finally {
      await server.dispose();
    }
  }));

  await t.test('flags overrule the file', () => withFolder(async (folder) => {
    const server = new Server(folder);
    server.args.push(...ephemeral, '--data_dir=elsewhere');
    try {
      // Addresses that are not of this machine.
      const [grpc, http, metrics] = [1, 2, 3].map((port) => ({ address: `192.0.2.1:${port}` }));
      await server.writeConfig(config({ server: { grpc, http, metrics }, storage: embedded }));
      await server.start();
      await server.key().upsert('p', { user_id: 'u' });
      await fs.access(path.join(folder, 'elsewhere'));
    } finally {
      await server.dispose();
    }
  }));

  await t.test('a port that is taken: 3, and which', () => withTakenPort(async (address) => {
    const listeners = { grpc: 'gRPC', http: 'HTTP', metrics: 'metrics' };
    for (const [flag, name] of Object.entries(listeners)) {
      const result = await runWith(config(), [`--${flag}_address=${address}`]);
      expectEnd(result, 3, name, address);
      assert.equal(result.stdout, '', 'never ready');
      // Logs stay machine-readable; the last words are for people.
      const logs = result.stderr.trimEnd().split('\n').slice(0, -1);
      for (const line of logs) JSON.parse(line);
    }
  }));

  await t.test('a second server on the same data: 4, and the first goes on', () => withServer(
    config({ storage: embedded }), async (server) => {
      const key = server.key();
      await key.upsert('p', { user_id: 'u' });
      const second = await run(presenced, [`--config=${server.configFile}`]);
      expectEnd(second, 4, path.join(server.folder, 'data'));
      assert.match(second.stderr, /another process|lock/i);
      assert.equal((await key.get('p')).presence_id, 'p');
    }));

  await t.test('data that is a file: 4', () => withFolder(async (folder) => {
    const file = path.join(folder, 'file');
    await fs.writeFile(file, 'not a database');
    expectEnd(await runWith(config({ storage: embedded }), [`--data_dir=${file}`]), 4, file);
    expectEnd(await run(presenced, ['--dev', `--data_dir=${file}`, ...ephemeral]), 4, file);
  }));

  await t.test('data that is damaged: 4, and what to do', () => withServer(
    config({ storage: embedded }), async (server) => {
      await server.key().upsert('p', { user_id: 'u' });
      await server.stop();
      const folder = path.join(server.folder, 'data');
      for (const name of await fs.readdir(folder)) {
        if (name.startsWith('MANIFEST')) await fs.writeFile(path.join(folder, name), 'nonsense');
      }
      expectEnd(await run(presenced, [`--config=${server.configFile}`]), 4, folder, 'backup');
    }));
});

test('--dev', () => withFolder(async (folder) => {
  const data = path.join(folder, 'new', 'data');
  const server = new Server(folder, { args: ['--dev', `--data_dir=${data}`, ...ephemeral] });
  try {
    await server.start();
    const [key, secret] = await Promise.all(['dev-api-key', 'dev-jwt-secret'].map(
      async (name) => {
        const file = path.join(data, name);
        assert.equal((await fs.stat(file)).mode & 0o777, 0o600, name);
        return (await fs.readFile(file, 'utf8')).trimEnd();
      }));
    for (const text of [key, secret, server.ready.grpc, 'presencectl']) {
      assert.ok(server.stderr.includes(text), `the banner shows ${text}`);
    }
    const banner = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(server.stderr)[0];
    await server.connect({ key }).upsert('p', { user_id: 'alice' });
    assert.equal((await server.connect({ token: banner }).get('p')).user_id, 'alice');
    await server.restart();
    assert.equal((await fs.readFile(path.join(data, 'dev-api-key'), 'utf8')).trimEnd(), key,
                 'the key stays');
    assert.equal((await server.connect({ key }).get('p')).user_id, 'alice', 'and so do records');
  } finally {
    await server.dispose();
  }
}));
