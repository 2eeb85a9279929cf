// RealtimeSocket: one raw WebSocket to /v1/realtime, for what the SDKs cannot send.
import { once } from 'node:events';
import WebSocket from 'ws';

import { eventually } from '../../integration/support/eventually.mjs';

export class RealtimeSocket {
  constructor(server, { query = {}, headers = {}, project = 'demo' } = {}) {
    const parameters = new URLSearchParams({ ...(project ? { project } : {}), ...query });
    this.frames = [];
    this.pings = 0;
    this.socket = new WebSocket(`ws://${server.ready.http}/v1/realtime?${parameters}`, { headers });
    this.socket.on('message', (data) => this.frames.push(JSON.parse(data.toString())));
    this.socket.on('ping', () => { this.pings += 1; });
    this.socket.on('error', () => {});
    this.closed = once(this.socket, 'close').then(([code, reason]) => {
      this.close_code = code;
      this.close_reason = reason.toString();
      return code;
    });
  }

  // Waits for the `connected` frame.
  async open() {
    await this.next((frame) => frame.type === 'connected');
    return this;
  }

  send(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  // The first frame from `from` on that fits.
  next(fits, from = 0) {
    return eventually('a fitting frame', () => this.frames.slice(from).find(fits)).catch((error) => {
      throw new Error(`${error.message}\nframes: ${JSON.stringify(this.frames)}`);
    });
  }

  // Sends, and answers the next frame that is no event.
  async ask(message) {
    const from = this.frames.length;
    this.send(message);
    return this.next((frame) => frame.type !== 'event', from);
  }

  subscribe(subscriptionId, channels = ['presences'], queries = []) {
    return this.ask({ type: 'subscribe', data: [{ subscriptionId, channels, queries }] });
  }

  hold(presenceId, status = 'online', more = {}) {
    return this.ask({ type: 'presence', data: { presenceId, status, ...more } });
  }

  get events() {
    return this.frames.filter((frame) => frame.type === 'event');
  }

  async close(code = 1000) {
    this.socket.close(code);
    await this.closed;
  }

  // Cuts the connection without a close frame.
  async cut() {
    this.socket.terminate();
    await this.closed;
  }
}
