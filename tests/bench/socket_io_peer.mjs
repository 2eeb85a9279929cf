// The peer of socket_bench: socket.io 4 as published, WebSocket transport only, broadcasting an
// event of the same size and shape for each byte that comes on the publishing port.
import http from 'node:http';
import net from 'node:net';
import { Server } from 'socket.io';

const server = http.createServer();
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false });
const id = 'p1';
const event = {
  events: [`presences.${id}.upsert`, 'presences.*.upsert', `presences.${id}`, 'presences.*'],
  channels: ['presences', `presences.${id}`, 'presences.upsert', `presences.${id}.upsert`],
  timestamp: '2026-01-01T00:00:00.000+00:00',
  payload: { $id: id, $createdAt: '2026-01-01T00:00:00.000+00:00',
             $updatedAt: '2026-01-01T00:00:00.000+00:00', $permissions: ['read("any")'],
             userId: 'ada', status: 'online', source: 'rest',
             expiresAt: '2026-01-01T00:00:00.000+00:00',
             metadata: { page: '/dashboard', cursor: [120, 340], device: 'x'.repeat(120) } },
  revision: 1,
  subscriptions: ['s1'],
};
// Every byte on the publishing port is one event.
const publishing = net.createServer((socket) => {
  socket.on('data', (bytes) => {
    for (let i = 0; i < bytes.length; i += 1) io.emit('event', event);
  });
  socket.on('error', () => {});
});
const listen = (each) => new Promise((resolve) => { each.listen(0, '127.0.0.1', resolve); });
await Promise.all([listen(server), listen(publishing)]);
console.log(`127.0.0.1:${publishing.address().port} 127.0.0.1:${server.address().port}`);
process.stdin.on('end', () => process.exit(0)).resume();
