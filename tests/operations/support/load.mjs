// Load: everything that users and operators of one server do, over every surface, until stopped:
// what is right, what is refused and what is denied.
import { setTimeout as pause } from 'node:timers/promises';

import { timestamp } from '../../integration/support/client.mjs';
import { config, embedded, jwtSecret, keys, project } from '../../integration/support/config.mjs';
import { Connection } from '../../integration/support/connection.mjs';
import { mintToken } from '../../integration/support/tokens.mjs';
import { RealtimeSocket } from '../../e2e/support/realtime_socket.mjs';

// A server that has room for the load, and a project without any.
export const loadConfig = config({
  storage: embedded,
  projects: [project('demo', { origins: ['localhost'] }),
             project('full', { limits: { max_presences: 1 } })],
});

const nobodys = (call) => call.catch(() => {});  // refused, as it should be
const everybody = { permissions: ['read("any")'] };
const expiring = (millis) => ({ expire_time: timestamp(Date.now() + millis) });

async function calls(server, round) {
  const key = server.key();
  await key.upsert('steady', { user_id: 'u', permissions: everybody });
  await key.get('steady');
  await nobodys(key.get('nobody'));
  await key.update('steady', { status: `round ${round}` });
  await key.list([{ method: 'limit', values: [10] }]);
  await key.count();
  await key.call('BatchUpsertPresences', { presences: Array.from({ length: 20 }, (_, i) => (
    { presence_id: `brief-${round}-${i}`, user_id: 'u', status: 'brief', ...expiring(300) })) });
  await key.upsert('gone', { user_id: 'u' });
  await key.delete('gone');
}

async function requests(server) {
  const url = `http://${server.ready.http}/v1/presences`;
  const headers = { 'x-appwrite-project': 'demo', 'x-appwrite-key': keys.backend,
                    'content-type': 'application/json' };
  const body = JSON.stringify({ userId: 'u', status: 'over HTTP' });
  for (const [path, more] of [['/web', { method: 'PUT', body }], ['', {}], ['/nobody', {}]]) {
    await (await fetch(`${url}${path}`, { headers, ...more })).arrayBuffer();
  }
}

// What is refused by a limit, or denied.
async function misuse(server, strangers) {
  await nobodys(server.key('backend', 'full').upsert('one', { user_id: 'u' }));
  await nobodys(server.key('backend', 'full').upsert('two', { user_id: 'u' }));
  await nobodys(server.connect({ key: 'standard_nobodys' }).list());
  await nobodys(server.connect({ token: 'not.a.token' }).upsert('x'));
  const headers = { 'x-appwrite-project': 'demo', 'x-appwrite-key': 'standard_nobodys' };
  await (await fetch(`http://${server.ready.http}/v1/presences`, { headers })).arrayBuffer();
  // A token of another server's data: reset, and all of it.
  const lost = server.key().watch({}, { resumed: strangers });
  await nobodys(lost.current());
  lost.cancel();
}

async function socketOf(server, user) {
  const jwt = mintToken({ sub: user }, { secret: jwtSecret });
  const socket = await new RealtimeSocket(server, { query: { jwt } }).open();
  await socket.subscribe('all');
  return socket;
}

// Opens what stays open, and answers how to end it.
async function watchers(server) {
  const streams = [server.key().watch(), server.user('ada').watch()];
  await Promise.all(streams.map((stream) => stream.current()));
  const connection = new Connection(server.user('grace'));
  await connection.subscribe('all');
  await connection.hold('grace-service');
  const socket = await socketOf(server, 'bob');
  await socket.hold('bob-tab');
  const abort = new AbortController();
  const events = await fetch(
    `http://${server.ready.http}/v1/realtime/events?channels[]=presences`,
    { signal: abort.signal, headers: { 'x-appwrite-project': 'demo',
                                       'x-appwrite-key': keys.backend } });
  const reading = events.body.pipeTo(new WritableStream()).catch(() => {});
  return { socket, connection, async close() {
    for (const stream of streams) stream.cancel();
    connection.cancel();
    await socket.close();
    abort.abort();
    await reading;
  } };
}

// Runs the load beside `body`. `strangers`: a Watcher of a server with other data.
export async function underLoad(server, strangers, body) {
  const open = await watchers(server);
  let stopped = false;
  const load = (async () => {
    for (let round = 0; !stopped; ++round) {
      await calls(server, round);
      await requests(server);
      await misuse(server, strangers);
      open.socket.send('{"type":"nonsense"}');
      open.socket.send(JSON.stringify({ type: 'presence', data: {
        presenceId: 'bob-tab', status: `round ${round}` } }));
      await open.connection.hold('grace-service', { status: `round ${round}` });
      await pause(20);  // leaves the machine to the others
    }
  })();
  load.catch(() => {});  // told below
  try {
    return await Promise.race([body(), load]);
  } finally {
    stopped = true;
    await load;
    await open.close();
  }
}
