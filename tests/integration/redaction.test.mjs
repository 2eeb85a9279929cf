// Redaction: whatever a credential is shown in, and whatever becomes of the call, its bytes are on
// no line of the log.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { RealtimeSocket } from '../e2e/support/realtime_socket.mjs';
import { config, jwtSecret, keys, project } from './support/config.mjs';
import { Connection } from './support/connection.mjs';
import { presenced } from './support/environment.mjs';
import { lines } from './support/log_lines.mjs';
import { run, withFolder, withServer } from './support/server.mjs';
import { mintToken } from './support/tokens.mjs';

const token = (claims, more) => mintToken(claims, { secret: jwtSecret, ...more });
const session = (jwt) => Buffer.from(JSON.stringify({ id: 'a', secret: jwt })).toString('base64');

// Good and bad ones; each with bytes that nothing else has.
const tokens = [
  token({ sub: 'alice' }), token({ sub: 'alice' }, { expiresIn: -600 }),
  token({ sub: 'mallory' }, { secret: 'not the secret of this server, 32 bytes' }),
  'opaque-token-5501', 'eyJhbGciOiJub25lIn0.e30.',
];
const apiKeys = [...Object.values(keys), 'standard_unknown-5502', 'opaque-key-5503'];

// What must not be found: whole credentials, and the parts of them that are secret on their own.
const secrets = [
  jwtSecret, ...apiKeys, ...apiKeys.map((key) => key.replace(/^standard_/, '')),
  ...tokens, ...tokens.map((jwt) => jwt.split('.')[2]), ...tokens.map(session),
].filter((secret) => secret && secret.length >= 8);

function requests() {
  const all = [];
  for (const key of apiKeys) all.push({ 'x-appwrite-key': key });
  for (const jwt of tokens) {
    all.push({ 'x-appwrite-jwt': jwt }, { authorization: `Bearer ${jwt}` });
    for (const value of [jwt, session(jwt)]) {
      all.push({ cookie: `a=b; a_session_demo=${encodeURIComponent(value)}` },
               { cookie: `a_session_demo_legacy=${value}` }, { 'x-appwrite-session': value },
               { 'x-fallback-cookies': JSON.stringify({ a_session_demo: value }) });
    }
  }
  return all;
}

async function overHttp(server) {
  const url = `http://${server.ready.http}`;
  for (const headers of requests()) {
    const all = { 'x-appwrite-project': 'demo', 'content-type': 'application/json', ...headers };
    await fetch(`${url}/v1/presences`, { headers: all });
    await fetch(`${url}/v1/presences/p`, { method: 'PUT', headers: all, body: '{"status":"on"}' });
    await fetch(`${url}/v1/presences/p`, { method: 'DELETE', headers: { ...all,
                                           origin: 'https://evil.example' } });
  }
  for (const jwt of tokens) {
    for (const where of ['/v1/nothing', '/v1/presences', '/v1/realtime', '/v1/realtime/events']) {
      await fetch(`${url}${where}?project=demo&jwt=${jwt}&channels[]=x`);
    }
    // An id is shown by design, but for one that looks like a token.
    const id = jwt.startsWith('eyJ') ? { 'x-request-id': jwt.slice(0, 64) } : {};
    await fetch(`${url}/v1/nothing/${jwt}`, { headers: id });
  }
}

async function overGrpc(server) {
  for (const credentials of [...apiKeys.map((key) => ({ key })), ...tokens.map((jwt) => ({ jwt })),
                             ...tokens.map((jwt) => ({ token: jwt })),
                             { headers: { authorization: `Basic ${tokens[0]}` } }]) {
    const client = server.connect(credentials);
    await client.list().catch(() => {});
    await client.upsert('p').catch(() => {});
    await client.watch({ channels: ['x'] }).refusal().catch(() => {});
    client.close();
  }
  const connection = new Connection(server.user('bob'));
  for (const jwt of tokens) await connection.ask('authenticate', { token: jwt });
  connection.cancel();
}

async function overSockets(server) {
  for (const jwt of tokens) {
    for (const options of [{ query: { jwt } }, { headers: { cookie: `a_session_demo=${jwt}` } },
                           { headers: { 'x-appwrite-jwt': jwt } },
                           { headers: { 'x-appwrite-session': session(jwt) } }]) {
      const socket = new RealtimeSocket(server, options);
      await Promise.race([socket.open(), socket.closed]);
      if (socket.close_code === undefined) {
        await socket.ask({ type: 'authentication', data: { session: session(jwt) } });
        await socket.ask({ type: 'authentication', data: { session: jwt } });
        await socket.ask({ type: 'nonsense', data: jwt });
        await socket.close();
      }
    }
  }
}

function assertClean(text, what) {
  for (const secret of secrets) {
    const at = text.indexOf(secret);
    assert.equal(at, -1, `${what}: '${secret}' in …${text.slice(Math.max(0, at - 300), at + 100)}`);
  }
}

const loud = { level: 'debug', slow_request: '1ms', trace_sample_ratio: 1 };

test('no line shows a credential', async (t) => {
  for (const [name, act] of [['HTTP', overHttp], ['gRPC', overGrpc], ['sockets', overSockets]]) {
    await t.test(name, () => withServer(config({ server: { log: loud } }), async (server) => {
      await act(server);
      const access = await lines(server, { stream: 'access' });
      assert.ok(access.length > 20 && access.some(({ code }) => code === 'OK'));
      await lines(server, { stream: 'audit' });
      await lines(server, { stream: 'trace' });
      assertClean(server.stderr, name);
    }));
  }

  await t.test('not even where gRPC is told to tell everything', () => withServer(
    config({ server: { log: loud } }), async (server) => {
      await overGrpc(server);
      await lines(server, { message: 'grpc' });
      assertClean(server.stderr, 'gRPC');
    }, { env: { GRPC_VERBOSITY: 'DEBUG', GRPC_TRACE: 'http,api,call_error' } }));

  await t.test('the audit file does not either', () => withServer(
    config({ server: { log: { ...loud, audit_file: 'audit.log' } } }), async (server) => {
      await overHttp(server);
      const text = await fs.readFile(path.join(server.folder, 'audit.log'), 'utf8');
      assert.ok(text.includes('"stream":"audit"'));
      assertClean(text, 'audit');
    }));
});

test('no word about a configuration shows a secret', async (t) => {
  const hidden = 'hunter2-5504-and-more-bytes-to-be-32';
  const source = (more) => config({ projects: [project('demo', {
    tokens: [{ id: 'main', algorithm: 'HS256', secret: hidden, ...more }] })] });
  const tell = (text, flag) => withFolder(async (folder) => {
    const file = path.join(folder, 'presences.yaml');
    await fs.writeFile(file, typeof text === 'string' ? text : JSON.stringify(text, null, 2));
    return run(presenced, [`--config=${file}`, flag], { cwd: folder });
  });

  await t.test('printed', async () => {
    const printed = await tell(source(), '--print_config');
    assert.equal(printed.code, 0, printed.stderr);
    assert.ok(printed.stdout.includes('(redacted)'));
    assert.ok(!`${printed.stdout}${printed.stderr}`.includes('hunter2'));
  });

  await t.test('refused', async () => {
    const text = JSON.stringify(source(), null, 2);
    for (const bad of [
      source({ secrt: hidden }), source({ secret: [hidden] }), source({ secret_file: hidden }),
      source({ algorithm: hidden }), source({ secret: { [hidden]: 1 } }),
      config({ projects: [project('demo', { api_keys: [{ id: 'a', sha256: hidden,
                                                         scopes: [hidden] }] })] }),
      text.replace(`"${hidden}"`, `"${hidden}`), text.replace(`"${hidden}"`, `[${hidden}`),
      text.replace(`"${hidden}"`, `"${hidden}\\q"`), text.replace(`"${hidden}"`, `*${hidden}`),
    ]) {
      const refused = await tell(bad, '--check_config');
      assert.equal(refused.code, 2, refused.stdout);
      // A path is no secret: which file is missing has to be said.
      const said = refused.stderr.split('\n').filter((each) => !each.includes('secret_file'));
      assert.ok(!said.join('\n').includes('hunter2'), refused.stderr);
    }
  });
});
