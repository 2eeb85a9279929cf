// Provoke: what brings a server into each of the states that an alert is about.
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { timestamp } from '../../integration/support/client.mjs';

// Runs `body` while every action is repeated, each in a loop of its own; `after` ends it.
export async function during(actions, body, after = () => {}) {
  let over = false;
  const loops = actions.map(async (action) => {
    while (!over) {
      await action();
      await pause(5);
    }
  });
  for (const loop of loops) loop.catch(() => {});  // told below
  try {
    return await Promise.race([body(), Promise.all(loops)]);
  } finally {
    over = true;
    after();
    await Promise.all(loops);
  }
}

// A call that fails as it should.
export const refusedQuietly = (call) => call.then(() => false, () => true);

// Leaves the process a few milliseconds now and then, as a starved machine does.
export const starve = (server) => async () => {
  server.signal('SIGSTOP');
  await pause(700 + 600 * Math.random());
  server.signal('SIGCONT');
  await pause(20 + 230 * Math.random());  // long enough to take work in, beside others too
  server.signal('SIGSTOP');
};

// Keeps the committer busy with records that expire at once.
export const busyWriter = (server, name) => {
  const key = server.key();
  return () => key.call('BatchUpsertPresences', {
    presences: Array.from({ length: 500 }, (_, i) => ({
      presence_id: `${name}-${i}`, user_id: 'u', status: 'x',
      expire_time: timestamp(Date.now() + 300) })) }, { timeout: 30_000 }).catch(() => {});
};

// Writes on, whether or not the server keeps up.
export const impatientWriter = (server) => {
  const key = server.key();
  let waiting = 0;
  return async () => {
    if (waiting > 300) return;
    ++waiting;
    key.upsert('impatient', { user_id: 'u' }).catch(() => {}).finally(() => { --waiting; });
  };
};

// Readers that stop reading until far more has happened than is kept for them.
export const fallBehind = (server, { readers = 5, batches = 20 } = {}) => async () => {
  const slow = Array.from({ length: readers }, () => server.connect(
    { key: server.key().credentials.key }, { ownConnection: true }).watch());
  await Promise.all(slow.map((watcher) => watcher.current()));
  for (const { stream } of slow) stream.pause();
  for (let batch = 0; batch < batches; ++batch) {
    await server.key().call('BatchUpsertPresences', { presences: Array.from(
      { length: 1000 }, (_, i) => ({ presence_id: `r${i}`, user_id: 'u', status: `${batch}` })) });
  }
  for (const { stream } of slow) stream.resume();
  await Promise.all(slow.map((watcher) => watcher.until(
    'a second reset', ({ kinds }) => kinds.filter((kind) => kind === 'reset').length > 1)));
  for (const watcher of slow) watcher.cancel();
};

// A reader that pauses for so long that what it gets then is old, but not so long as to be reset.
export const readLate = (server) => {
  const reader = server.connect({ key: server.key().credentials.key },
                                { ownConnection: true }).watch();
  const metadata = JSON.stringify({ text: 'x'.repeat(20_000) });
  let round = 0;
  return async () => {
    await reader.current();
    reader.stream.pause();
    ++round;
    for (let batch = 0; batch < 4; ++batch) {
      await server.key().call('BatchUpsertPresences', { presences: Array.from(
        { length: 250 }, (_, i) => ({ presence_id: `late${i}`, user_id: 'u', metadata,
                                     status: `${round}.${batch}` })) });
    }
    await pause(1500);
    reader.stream.resume();
    await reader.until('everything', ({ view }) =>
      view.get('late249')?.status === `${round}.3`);
  };
};

// A metrics address that stays while the server behind it comes and goes. Prometheus takes seconds
// to notice another one.
export async function relay(server) {
  const front = http.createServer(async (request, response) => {
    const answer = await server.admin(request.url).catch(() => undefined);
    if (answer === undefined) request.socket.destroy();
    else response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.text);
  });
  front.unref();  // it ends with the test
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return { ready: { metrics: `127.0.0.1:${front.address().port}` } };
}

// Connections that only cost descriptors.
export async function openSockets(address, count) {
  const [host, port] = address.split(':');
  const sockets = await Promise.all(Array.from({ length: count }, async () => {
    const socket = net.connect(Number(port), host);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }));
  return () => sockets.forEach((socket) => socket.destroy());
}
