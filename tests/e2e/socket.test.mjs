// The Realtime socket, frame by frame: what the SDKs send, and what they cannot.
import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';

import { config, jwtSecret, project } from '../integration/support/config.mjs';
import { eventually } from '../integration/support/eventually.mjs';
import { withServer } from '../integration/support/server.mjs';
import { almostOver, inSeconds, mintToken } from '../integration/support/tokens.mjs';
import { RealtimeSocket } from './support/realtime_socket.mjs';

const settings = config({ projects: [project('demo', { origins: ['app.example.com'] })] });
const token = (sub, more = {}) => mintToken({ sub, ...more }, { secret: jwtSecret });
const socketOf = (server, user, more) =>
  new RealtimeSocket(server, { query: { jwt: token(user, more) } }).open();

test('an event has the names, channels and payload of the contract', () =>
  withServer(settings, async (server) => {
    const bob = await socketOf(server, 'bob');
    const answer = await bob.ask({ type: 'subscribe', data: [
      { subscriptionId: 's1', channels: ['presences'] },
      { subscriptionId: 's2', channels: ['presences.p1'], queries: [] },
    ] });
    assert.deepEqual(answer, { type: 'response', data: { to: 'subscribe', success: true,
      subscriptions: [{ subscriptionId: 's1', channels: ['presences'], queries: [] },
                      { subscriptionId: 's2', channels: ['presences.p1'], queries: [] }] } });
    await server.key().upsert('p1', { user_id: 'ada', metadata: '{"b":1,"a":{}}',
                                      permissions: { permissions: ['read("any")'] } });
    const { data } = await bob.next((frame) => frame.type === 'event');
    assert.deepEqual(data.events, ['presences.p1.upsert', 'presences.*.upsert', 'presences.p1',
                                   'presences.*']);
    assert.deepEqual(data.channels, ['presences', 'presences.p1', 'presences.upsert',
                                     'presences.p1.upsert']);
    assert.deepEqual(data.subscriptions, ['s1', 's2'], 'one frame for all that match');
    assert.deepEqual(Object.keys(data.payload), ['$id', '$createdAt', '$updatedAt', '$permissions',
      'userId', 'status', 'source', 'expiresAt', 'metadata']);
    assert.deepEqual(data.payload.metadata, { b: 1, a: {} });
    assert.match(data.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
    await bob.close();
  }));

test('losing sight is told exactly once, as a delete', () => withServer(settings, async (server) => {
  const bob = await socketOf(server, 'bob');
  await bob.subscribe('all');
  await bob.subscribe('online', ['presences'], [JSON.stringify(
    { method: 'equal', attribute: 'status', values: ['online'] })]);
  const ada = server.user('ada');
  const shared = { permissions: { permissions: ['read("users")'] } };
  await ada.upsert('p1', shared);
  await ada.update('p1', { status: 'away' });
  await ada.update('p1', { permissions: { permissions: [] } });
  await ada.update('p1', { status: 'hidden' });
  await server.key().upsert('last', { user_id: 'ada', ...{ permissions: { permissions: ['read("any")'] } } });
  await bob.next((frame) => frame.type === 'event' && frame.data.payload.$id === 'last');
  const heard = bob.events.map(({ data }) =>
    [data.events[0].split('.').pop(), data.payload.status, data.subscriptions]);
  assert.deepEqual(heard.slice(0, 4), [
    ['upsert', 'online', ['all', 'online']],
    ['update', 'away', ['all']],
    ['delete', 'online', ['online']],
    ['delete', 'away', ['all']],
  ]);
  assert.equal(heard.length, 5, 'and never anything of the hidden state');
  await bob.close();
}));

test('re-authentication keeps subscriptions and removes what is out of sight', () =>
  withServer(settings, async (server) => {
    const socket = await socketOf(server, 'bob', { teams: ['red'] });
    await socket.subscribe('s');
    await server.key().upsert('p1', { user_id: 'ada',
                                      permissions: { permissions: ['read("team:red")'] } });
    await socket.next((frame) => frame.type === 'event');
    await socket.ask({ type: 'authentication', data: { session: token('bob') } });
    const gone = await socket.next((frame) => frame.type === 'event' &&
                                              frame.data.events[0] === 'presences.p1.delete');
    assert.equal(gone.data.cause, 'removed');
    await server.key().upsert('p2', { user_id: 'ada',
                                      permissions: { permissions: ['read("users")'] } });
    await socket.next((frame) => frame.type === 'event' && frame.data.payload.$id === 'p2');
    assert.equal(socket.events.length, 3);
    await socket.close();
  }));

test('a token that runs out pauses the socket; a new one goes on where it stood', () =>
  withServer(settings, async (server) => {
    const socket = await new RealtimeSocket(server, { query: {
      jwt: mintToken({ sub: 'bob', exp: inSeconds(almostOver) }, { secret: jwtSecret }) } }).open();
    await socket.subscribe('s');
    await socket.next((frame) => frame.type === 'error' && frame.data.code === 401);
    await server.key().upsert('p1', { user_id: 'ada',
                                      permissions: { permissions: ['read("users")'] } });
    const refused = await socket.ask({ type: 'subscribe', data: [] });
    assert.equal(refused.data.code, 401);
    assert.equal(socket.events.length, 0, 'no event while it is out');
    await socket.ask({ type: 'authentication', data: { session: token('bob') } });
    await socket.next((frame) => frame.type === 'event' && frame.data.payload.$id === 'p1');
    await socket.close();
  }));

const badMessages = [
  ['not JSON', 'nonsense'], ['a number', '7'], ['an array', '[]'], ['no type', '{"data":{}}'],
  ['an unknown type', '{"type":"dance"}'], ['type is no string', '{"type":7,"data":{}}'],
  ['subscribe without a list', '{"type":"subscribe","data":{}}'],
  ['subscribe without channels', '{"type":"subscribe","data":[{"subscriptionId":"a"}]}'],
  ['channels that are no strings', '{"type":"subscribe","data":[{"channels":[1]}]}'],
  ['an ill-formed id', '{"type":"subscribe","data":[{"subscriptionId":"-x","channels":[]}]}'],
  ['a bad query', '{"type":"subscribe","data":[{"channels":[],"queries":["{}"]}]}'],
  ['a list-only query', JSON.stringify({ type: 'subscribe', data: [
    { channels: ['presences'], queries: [JSON.stringify({ method: 'limit', values: [5] })] }] })],
  ['a batch with one bad item', JSON.stringify({ type: 'subscribe', data: [
    { subscriptionId: 'good', channels: ['presences'] }, { subscriptionId: 'bad' }] })],
  ['unsubscribe without an id', '{"type":"unsubscribe","data":[{}]}'],
  ['a bad session', '{"type":"authentication","data":{"session":"nobody"}}'],
  ['no session', '{"type":"authentication","data":{}}'],
  ['a nesting bomb', `{"type":"presence","data":{"status":"x","metadata":${'{"a":'.repeat(600)}1${'}'.repeat(600)}}}`],
];

test('a bad message is answered with 1003 and costs nothing else', () =>
  withServer(settings, async (server) => {
    const socket = await socketOf(server, 'bob');
    for (const [name, text] of badMessages) {
      const answer = await socket.ask(text);
      assert.equal(answer.type, 'error', name);
      assert.equal(answer.data.code, 1003, `${name}: ${answer.data.message}`);
      assert.ok(answer.data.message.length > 10, name);
    }
    assert.equal((await socket.ask({ type: 'ping' })).type, 'pong', 'it is still open');
    assert.deepEqual((await socket.ask({ type: 'unsubscribe', data: [{ subscriptionId: 'good' }] }))
      .data.subscriptions, [{ subscriptionId: 'good', removed: false }], 'nothing was applied');
    for (const [name, data] of [['an empty status', { status: '' }], ['no status', {}],
      ['metadata is a list', { status: 'x', metadata: [1] }],
      ['a foreign role', { status: 'x', permissions: ['read("user:else")'] }]]) {
      const answer = await socket.ask({ type: 'presence', data: { presenceId: 'p', ...data } });
      assert.equal(answer.type, 'error', name);
      assert.ok([400, 401, 1003].includes(answer.data.code), `${name}: ${answer.data.code}`);
    }
    await socket.close();
  }));

test('101 subscriptions are one too many', () => withServer(settings, async (server) => {
  const socket = await socketOf(server, 'bob');
  const data = Array.from({ length: 101 }, (_, i) => ({ subscriptionId: `s${i}`, channels: ['presences'] }));
  assert.equal((await socket.ask({ type: 'subscribe', data })).data.code, 1003);
  assert.equal((await socket.ask({ type: 'subscribe', data: data.slice(1) })).type, 'response');
  await socket.close();
}));

test('what must not come in is closed with the code that says why', () =>
  withServer(settings, async (server) => {
    const unknown = new RealtimeSocket(server, { project: 'nowhere' });
    assert.equal(await unknown.closed, 1008);
    assert.equal(unknown.frames[0].data.code, 1008);
    const foreign = new RealtimeSocket(server, { headers: { origin: 'https://evil.example' } });
    assert.equal(await foreign.closed, 1008);
    const allowed = await new RealtimeSocket(server, {
      headers: { origin: 'https://app.example.com' } }).open();
    await allowed.close();
    const big = await socketOf(server, 'bob');
    big.send('x'.repeat(64_001));
    assert.equal(await big.closed, 1009);
    const binary = await socketOf(server, 'bob');
    binary.socket.send(Buffer.from([1, 2, 3]));
    assert.equal((await binary.next((frame) => frame.type === 'error')).data.code, 1003);
    await binary.close();
    const guest = await new RealtimeSocket(server).open();
    assert.equal((await guest.hold('p')).data.code, 401);
    await guest.close();
  }));

test('messages are counted by kind and code, and timed', () =>
  withServer(settings, async (server) => {
    const bob = await socketOf(server, 'bob');
    await bob.subscribe('s');
    await bob.hold('p');
    await bob.hold('not an id');
    await bob.ask({ type: 'nonsense' });
    const count = (kind, code) =>
      server.metric(`presences_socket_requests_total{kind="${kind}",code="${code}"}`);
    await eventually('the last one is counted', () => count('message', 'INVALID_ARGUMENT'));
    assert.equal(await count('subscribe', 'OK'), 1);
    assert.equal(await count('presence', 'OK'), 1);
    assert.equal(await count('presence', 'INVALID_ARGUMENT'), 1);
    assert.equal(await server.metric(
      'presences_socket_request_duration_seconds_count{kind="presence"}'), 2);
    await bob.close();
  }));

// A client that breaks the framing rules: raw bytes after a good handshake.
async function afterHandshake(server, bytes) {
  const [host, port] = server.ready.http.split(':');
  const socket = net.connect(Number(port), host);
  let received = Buffer.alloc(0);
  let ended = false;
  socket.on('data', (data) => { received = Buffer.concat([received, data]); });
  socket.on('close', () => { ended = true; });
  socket.on('error', () => {});
  socket.write('GET /v1/realtime?project=demo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n' +
    'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  await eventually('the handshake', () => received.includes('"connected"'));
  assert.ok(received.includes('s3pPLMBiTxaQ9kYGzzhZRbK+xOo='), 'the key of RFC 6455 1.3');
  const from = received.length;
  socket.write(bytes);
  await eventually('it is closed', () => ended);
  return received.subarray(from);
}

test('frames against RFC 6455 close with 1002, and others are served', () =>
  withServer(settings, async (server) => {
    const mask = [1, 2, 3, 4];
    for (const [name, bytes] of [
      ['an unmasked frame', [0x81, 1, 0x41]],
      ['a reserved bit', [0xc1, 0x81, ...mask, 0x40]],
      ['an unknown opcode', [0x83, 0x80, ...mask]],
      ['a fragmented ping', [0x09, 0x80, ...mask]],
      ['a continuation of nothing', [0x80, 0x80, ...mask]],
    ]) {
      const answer = await afterHandshake(server, Buffer.from(bytes));
      assert.equal(answer[0], 0x88, name);
      assert.equal(answer.readUInt16BE(2), 1002, name);
    }
    const socket = await socketOf(server, 'bob');
    assert.equal((await socket.ask({ type: 'ping' })).type, 'pong');
    await socket.close();
  }));
