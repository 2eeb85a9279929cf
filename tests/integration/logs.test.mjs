// Logs: request ids, traces, slow and denied calls on every surface; levels that change; a stderr
// that takes nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { RealtimeSocket } from '../e2e/support/realtime_socket.mjs';
import { config, jwtSecret, keys } from './support/config.mjs';
import { Connection } from './support/connection.mjs';
import { presenced, repository } from './support/environment.mjs';
import { eventually } from './support/eventually.mjs';
import { callWith, line, lines, parseLines } from './support/log_lines.mjs';
import { run, Server, withFolder, withServer } from './support/server.mjs';
import { mintToken } from './support/tokens.mjs';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = `00-${traceId}-00f067aa0ba902b7-01`;
const made = /^[0-9a-f]{16}$/;
const withLog = (log, more) => config({ server: { log }, ...more });
const upsert = { presence_id: 'p', user_id: 'u', status: 'on' };
const batch = { presences: Array.from({ length: 1000 }, (_, i) =>
  ({ presence_id: `b${i}`, user_id: 'u', status: 'on', metadata: `{"n":${i}}` })) };

function get(server, where, headers = {}, more = {}) {
  return fetch(`http://${server.ready.http}${where}`,
               { headers: { 'x-appwrite-project': 'demo', ...headers }, ...more });
}
const set = (server, level, headers = {}, method = 'PUT') =>
  fetch(`http://${server.ready.metrics}/loglevel?level=${level}`, { method, headers });

test('request ids and traces', async (t) => withServer(withLog({}), async (server) => {
  const key = server.key();

  await t.test('gRPC: the caller\'s id comes back, and one is made for an error', async () => {
    const own = await callWith(key, 'UpsertPresence', upsert, { 'x-request-id': 'my-id.1' });
    assert.equal(own.code, 'OK');
    assert.deepEqual(own.trailers.get('x-request-id'), ['my-id.1']);
    const unnamed = await callWith(key, 'UpsertPresence', upsert);
    assert.deepEqual(unnamed.trailers.get('x-request-id'), [], 'nothing was said about it');
    const refused = await callWith(key, 'GetPresence', { presence_id: 'none' },
                                   { 'x-request-id': 'my-id.2' });
    assert.deepEqual([refused.code, refused.trailers.get('x-request-id')],
                     ['NOT_FOUND', ['my-id.2']]);
    for (const bad of ['a b', 'x'.repeat(65), '"', ['one', 'two']]) {
      const { trailers } = await callWith(key, 'GetPresence', { presence_id: 'none' },
                                          { 'x-request-id': bad });
      assert.match(trailers.get('x-request-id')[0], made, `${bad}`);
    }
  });

  await t.test('gRPC: a stream says it at its start', async () => {
    const stream = server.connect({ key: keys.backend, headers: {
      'x-request-id': 'stream-1', traceparent: parent } }).stream('Subscribe',
                                                                  { channels: ['presences'] });
    const headers = await new Promise((resolve) => { stream.on('metadata', resolve); });
    assert.deepEqual(headers.get('x-request-id'), ['stream-1']);
    assert.match(headers.get('traceparent')[0], new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    stream.on('error', () => {});
    stream.cancel();
    const span = await line(server, { stream: 'trace', request_id: 'stream-1' });
    assert.deepEqual([span.call, span.trace_id], ['Subscribe', traceId]);
  });

  await t.test('HTTP: the same, on answers of every kind', async () => {
    for (const where of ['/v1/presences', '/v1/none', '/', '/v1/presences?queries[]=nonsense']) {
      const own = await get(server, where, { 'x-request-id': 'web/1' });
      assert.equal(own.headers.get('x-request-id'), 'web/1', where);
      const none = await get(server, where, { 'x-request-id': 'no id' });
      assert.match(none.headers.get('x-request-id'), made, where);
    }
    const preflight = await get(server, '/v1/presences', { origin: 'http://localhost' },
                                { method: 'OPTIONS' });
    for (const name of ['x-request-id', 'traceparent', 'tracestate']) {
      assert.ok(preflight.headers.get('access-control-allow-headers').toLowerCase()
        .includes(name), name);
    }
    assert.match(preflight.headers.get('access-control-expose-headers'), /X-Request-Id/);
  });

  await t.test('a socket says it in its handshake, and on its errors', async () => {
    const socket = new RealtimeSocket(server, { headers: { 'x-request-id': 'sock' } });
    const upgrade = await new Promise((resolve) => { socket.socket.on('upgrade', resolve); });
    assert.equal(upgrade.headers['x-request-id'], 'sock');
    await socket.open();
    const pong = await socket.ask({ type: 'ping' });
    assert.equal(pong.type, 'pong');
    const error = await socket.ask({ type: 'presence', data: { presenceId: 'x', status: 's' } });
    assert.deepEqual([error.type, error.data.code, error.data.requestId], ['error', 401, 'sock.2']);
    await socket.close();
    const denied = await line(server, { stream: 'audit', request_id: 'sock.2' });
    assert.deepEqual([denied.surface, denied.call, denied.caller],
                     ['websocket', 'presence', 'guest']);
  });

  await t.test('a sampled trace goes on in a span, on both surfaces', async () => {
    const rpc = await callWith(server.user('alice'), 'UpsertPresence', { presence_id: 't', status: 'on' }, { traceparent: parent, tracestate: 'rojo=1' });
    const web = await get(server, '/v1/presences', { traceparent: parent, tracestate: 'rojo=1',
                                                     'x-appwrite-key': keys.backend });
    const calls = [['UpsertPresence', rpc.trailers.get('traceparent')[0],
                    rpc.trailers.get('tracestate')[0]],
                   ['GET /v1/presences', web.headers.get('traceparent'),
                    web.headers.get('tracestate')]];
    for (const [call, answer, state] of calls) {
      const [, trace, span, flags] = answer.split('-');
      assert.deepEqual([trace, flags, state], [traceId, '01', 'rojo=1']);
      assert.notEqual(span, '00f067aa0ba902b7');
      const record = await line(server, { stream: 'trace', call });
      assert.deepEqual([record.trace_id, record.span_id, record.parent_span_id, record.code],
                       [traceId, span, '00f067aa0ba902b7', 'OK']);
      assert.equal(typeof record.duration_ms, 'number');
      assert.ok(Date.parse(record.start) <= Date.parse(record.time));
    }
  });

  await t.test('a trace that is not sampled is named, and leaves no span', async () => {
    const from = server.stderr.length;
    const { trailers } = await callWith(key, 'UpsertPresence', upsert,
                                        { traceparent: parent.replace(/01$/, '00') });
    assert.match(trailers.get('traceparent')[0], /-00$/);
    for (const bad of ['nonsense', parent.toUpperCase(), [parent, parent]]) {
      const answer = await callWith(key, 'UpsertPresence', upsert, { traceparent: bad });
      assert.deepEqual(answer.trailers.get('traceparent'), [], `${bad}`);
    }
    await callWith(server.connect({ key: 'standard_bad' }), 'ListPresences', {},
                   { traceparent: parent.replace(/01$/, '00') });
    const denied = await line(server, { stream: 'audit' }, from);
    assert.equal(denied.trace_id, traceId);
    assert.ok(!server.stderr.slice(from).includes('"stream":"trace"'));
  });
}));

test('who was denied', async (t) => withServer(withLog({}), async (server) => {
  const token = (claims, more) => mintToken(claims, { secret: jwtSecret, ...more });
  const cases = [
    ['grpc', 'ListPresences', 'USER_JWT_INVALID', 'unknown',
     () => server.connect({ token: 'a.b.c' }).list()],
    ['grpc', 'GetPresence', 'PROJECT_NOT_FOUND', 'unknown',
     () => server.connect({ project: 'nope' }).get('p')],
    ['grpc', 'UpsertPresence', 'GENERAL_UNAUTHORIZED_SCOPE', 'key',
     () => server.key('reader').upsert('p', { user_id: 'u' })],
    ['grpc', 'Subscribe', 'PROJECT_KEY_EXPIRED', 'unknown',
     () => server.key('expired').watch().refusal()],
    ['http', 'GET /v1/presences', 'USER_JWT_INVALID', 'unknown',
     () => get(server, '/v1/presences', { 'x-appwrite-jwt': token({ sub: 'a' },
                                                                  { expiresIn: -60 }) })],
    ['http', 'GET /v1/presences', 'GENERAL_UNKNOWN_ORIGIN', 'guest',
     () => get(server, '/v1/presences', { origin: 'https://evil.example' })],
    ['http', 'DELETE /v1/presences/{presence_id}', 'GENERAL_UNAUTHORIZED_SCOPE', 'guest',
     () => get(server, '/v1/presences/p', {}, { method: 'DELETE' })],
    ['websocket', 'GET /v1/realtime', 'USER_JWT_INVALID', 'unknown',
     () => new RealtimeSocket(server, { query: { jwt: 'a.b.c' } }).closed],
    ['websocket', 'GET /v1/realtime', 'GENERAL_UNKNOWN_ORIGIN', 'guest',
     () => new RealtimeSocket(server, { headers: { origin: 'https://evil.example' } }).closed],
    ['websocket', 'GET /v1/realtime', 'PROJECT_NOT_FOUND', 'unknown',
     () => new RealtimeSocket(server, { project: 'nope' }).closed],
    ['websocket', 'authentication', 'USER_JWT_INVALID', 'guest', async () => {
      const socket = await new RealtimeSocket(server).open();
      await socket.ask({ type: 'authentication', data: { session: 'a.b.c' } });
      await socket.close();
    }],
  ];
  for (const [surface, call, reason, caller, act] of cases) {
    await t.test(`${surface}: ${call}: ${reason}`, async () => {
      const from = server.stderr.length;
      const sample = `presences_denied_total{surface="${surface}",reason="${reason}"}`;
      const before = await server.metric(sample) ?? 0;
      await Promise.resolve(act()).catch(() => {});
      const denied = await line(server, { stream: 'audit', surface }, from);
      assert.deepEqual([denied.call, denied.reason, denied.caller, denied.client],
                       [call, reason, caller, '127.0.0.1'], JSON.stringify(denied));
      assert.ok(denied.request_id);
      assert.equal(await server.metric(sample), before + 1);
    });
  }

  await t.test('on Connect, a message', async () => {
    const connection = new Connection(server.guest());
    await connection.ask('upsert_presence', { presence_id: 'h', status: 'on' });
    const denied = await line(server, { stream: 'audit', call: 'Connect/upsert_presence' });
    assert.match(denied.request_id, /^[0-9a-f]{16}\.1$/);
    connection.cancel();
  });
}));

test('slow calls', async () => withServer(withLog({ slow_request: '1ms' }), async (server) => {
  await callWith(server.key(), 'BatchUpsertPresences', batch, { 'x-request-id': 'slow-rpc' });
  const web = await get(server, '/v1/presences:batchUpsert', {
    'x-appwrite-key': keys.backend, 'content-type': 'application/json', 'x-request-id': 'slow-web',
  }, { method: 'POST', body: JSON.stringify({ presences: batch.presences.map((each) =>
    ({ presenceId: each.presence_id, userId: 'u', status: 'on' })) }) });
  assert.equal(web.status, 200);
  for (const [id, surface, call] of [
    ['slow-rpc', 'grpc', 'BatchUpsertPresences'],
    ['slow-web', 'http', 'POST /v1/presences:batchUpsert']]) {
    const slow = await line(server, { stream: 'slow', request_id: id });
    assert.deepEqual([slow.surface, slow.call, slow.code, slow.caller, slow.key_id, slow.project],
                     [surface, call, 'OK', 'key', 'backend', 'demo']);
    assert.ok(slow.duration_ms >= 1);
    assert.ok(await server.metric(`presences_slow_requests_total{surface="${surface}"}`) >= 1);
  }
}));

test('levels, formats and files', async (t) => {
  await t.test('the level changes on the admin port, not for web pages', () => withServer(
    withLog({ level: 'warning' }), async (server) => {
      assert.equal((await server.admin('/loglevel')).text, 'warning\n');
      assert.equal(server.stderr, '');
      const changed = await set(server, 'debug');
      assert.deepEqual([changed.status, await changed.text()], [200, 'debug\n']);
      await callWith(server.key(), 'UpsertPresence', upsert, { 'x-request-id': 'seen' });
      await line(server, { stream: 'access', request_id: 'seen' });
      assert.equal((await set(server, 'error', {}, 'POST')).status, 200);
      assert.equal((await set(server, 'loud')).status, 400);
      assert.equal((await set(server, 'debug', { origin: 'http://localhost' })).status, 403);
      assert.equal((await set(server, 'debug', {}, 'DELETE')).status, 405);
      assert.equal((await server.admin('/loglevel')).text, 'error\n');
      const changes = await lines(server, { message: 'log level changed' });
      assert.deepEqual(changes.map(({ from, to }) => [from, to]),
                       [['warning', 'debug'], ['debug', 'error']]);
      assert.ok(await server.metric('presences_log_lines_total{level="debug"}') >= 1);
    }));

  await t.test('a reload brings level, threshold and a fresh audit file', () => withServer(
    withLog({ audit_file: 'audit.log' }), async (server) => {
      const audit = path.join(server.folder, 'audit.log');
      const read = () => parseLines(fs.readFileSync(audit, 'utf8'));
      await server.connect({ key: 'standard_bad' }).list().catch(() => {});
      await eventually('an audit line', () => read().length === 1);
      assert.ok(!server.stderr.includes('"stream":"audit"'));
      fs.renameSync(audit, `${audit}.1`);
      await server.writeConfig(withLog({ audit_file: 'audit.log', level: 'debug' }));
      server.signal('SIGHUP');
      await line(server, { message: 'configuration reloaded' });
      assert.equal((await server.admin('/loglevel')).text, 'debug\n');
      await server.connect({ key: 'standard_bad' }).list().catch(() => {});
      await eventually('a line in the new file', () => read().length === 1);
      const from = server.stderr.length;
      await server.writeConfig(withLog({ audit_file: 'none/audit.log', level: 'error' }));
      server.signal('SIGHUP');
      const refused = await line(server, { level: 'error' }, from);
      assert.match(JSON.stringify(refused), /server\.log\.audit_file: cannot write to/);
      assert.equal((await server.admin('/loglevel')).text, 'debug\n');
    }));

  await t.test('the example of docs/observability.md is a configuration', () => withFolder(
    async (folder) => {
      const page = fs.readFileSync(path.join(repository, 'docs/observability.md'), 'utf8');
      const file = path.join(folder, 'presences.yaml');
      fs.writeFileSync(file, page.match(/```yaml\n([^]*?)```/)[1]);
      const { code, stderr } = await run(presenced, [`--config=${file}`, '--check_config']);
      assert.equal(code, 0, stderr);
    }));

  await t.test('the format of the file counts unless the flag says otherwise', () => withServer(
    withLog({ format: 'text' }), async (server) => {
      assert.match(server.stderr, /^\S+Z info {4}project loaded {2}project=demo/);
    }));
});

test('nobody else writes on stderr', () => withServer(
  withLog({ level: 'debug' }), async (server) => {
    const badText = Buffer.from([0x1a, 2, 0xff, 0xfe]);  // status, by its number
    await assert.rejects(server.key().call('UpsertPresence', {}, { raw: badText }),
                         { code: 'INVALID_ARGUMENT' });
    const { text } = await line(server, { message: 'protobuf', level: 'debug' });
    assert.match(text, /UTF-8/);
  }));

test('a stderr that takes nothing stops nobody', async (t) => {
  const listen = async (wrapper, before, act) => withFolder(async (folder) => {
    const server = new Server(folder, { wrapper: ['sh', '-c', wrapper] });
    const held = before(folder);
    try {
      await server.writeConfig(withLog({ level: 'debug' }));
      await server.start();
      await act(server, held);
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
    } finally {
      await server.dispose();
    }
  });
  const callsWork = async (server) => {
    const key = server.key();
    for (let i = 0; i < 40; ++i) {
      await Promise.all(Array.from({ length: 10 }, () => key.upsert('p', { user_id: 'u' })));
    }
    assert.equal((await get(server, '/v1/presences')).status, 200);
  };

  await t.test('a pipe that nobody reads, and then nobody has', () => listen(
    'exec "$0" "$@" 2>log.fifo',
    (folder) => {
      const fifo = path.join(folder, 'log.fifo');
      execFileSync('mkfifo', [fifo]);
      return fs.openSync(fifo, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    },
    async (server, held) => {
      await callsWork(server);
      fs.closeSync(held);
      await callsWork(server);
    }));

  await t.test('a closed one', () => listen('exec "$0" "$@" 2>&-', () => {}, callsWork));
});
