// The cast of a rolling update: clients that do what a good client does when the server goes away,
// and remember what they saw.
import { setTimeout as pause } from 'node:timers/promises';
import { Client as SdkClient, Realtime } from 'appwrite';

import { Connection } from '../../integration/support/connection.mjs';
import { installBrowserGlobals } from './browser_globals.mjs';

const readers = { permissions: ['read("users")'] };
const backoff = () => pause(20 + Math.random() * 40);
const lasting = 120_000;  // longer than any test

// Holds one presence on a Connect stream, and takes it up again when the stream ends.
export class ServiceHolder {
  constructor(client, id) {
    this.id = id;
    this.times = 0;  // it was held
    this.client = client;
    this.done = this.#run();
  }

  async #run() {
    while (!this.stopped) {
      const connection = this.connection = new Connection(this.client);
      const asked = connection.send('upsert_presence',
                                    { presence_id: this.id, status: 'online', permissions: readers });
      for (let held = false; !this.stopped && !connection.end; await pause(5)) {
        if (held) continue;
        held = connection.frames.some(
          ({ request_id, kind }) => request_id === asked && kind === 'presence');
        if (held) this.times += 1;
      }
      await backoff();
    }
  }

  async stop() {
    this.stopped = true;
    this.connection.cancel();
    await this.done;
  }
}

// Holds one presence with npm appwrite as published; it reconnects by itself, after a second.
export class BrowserHolder {
  constructor(http, token, id) {
    installBrowserGlobals();
    const client = new SdkClient().setEndpoint(`http://${http}/v1`).setProject('demo').setJWT(token);
    this.realtime = new Realtime(client);
    this.times = 0;
    // It sends its presence on every `connected`; the answer of the server is the `response`.
    const handle = this.realtime.handleMessage.bind(this.realtime);
    this.realtime.handleMessage = (message) => {
      if (message.type === 'response' && message.data?.to === 'presence') this.times += 1;
      handle(message);
    };
    this.realtime.upsertPresence({ presenceId: id, status: 'online', ...readers });
  }

  stop() {
    return this.realtime.disconnect();
  }
}

// Follows everything, and goes on with its token when the stream ends.
export class Follower {
  constructor(client, request) {
    this.client = client;
    this.parts = [client.watch(request)];
    this.request = request;
    this.done = this.#run();
  }

  async #run() {
    for (;;) {
      const part = this.parts.at(-1);
      await part.ended(lasting).catch((error) => { this.broken ??= part.broken ?? error; });
      if (this.stopped || this.broken) return;
      await backoff();
      this.parts.push(this.client.watch(this.request, { resumed: part }));
    }
  }

  get changes() {
    return this.parts.flatMap((part) => part.changes);
  }
  get kinds() {
    return this.parts.flatMap((part) => part.kinds);
  }
  get isCurrent() {
    if (this.broken) throw this.broken;
    return this.parts.at(-1).isCurrent;
  }

  async stop() {
    this.stopped = true;
    this.parts.at(-1).cancel();
    await this.done;
  }
}

// Writes one record again and again, each write until it is acknowledged.
export class Writer {
  constructor(client, id) {
    this.acknowledged = [];  // { n, revision, at }
    this.retries = 0;
    this.client = client;
    this.id = id;
    this.done = this.#run();
  }

  async #run() {
    for (let n = 0; !this.stopped; ++n) {
      const { revision } = await this.#write(n);
      this.acknowledged.push({ n, revision: BigInt(revision), at: Date.now() });
      await pause(5);
    }
  }

  async #write(n) {
    for (;;) {
      try {
        return await this.client.upsert(this.id, { user_id: 'writer', metadata: `{"n":${n}}` });
      } catch (refusal) {
        if (!['UNAVAILABLE', 'CANCELLED'].includes(refusal.code)) throw refusal;
        this.retries += 1;
        await backoff();
      }
    }
  }

  // The longest time without an acknowledgement, in milliseconds.
  get longestGap() {
    return Math.max(...this.acknowledged.slice(1).map(
      ({ at }, i) => at - this.acknowledged[i].at));
  }

  async stop() {
    this.stopped = true;
    await this.done;
  }
}
