// Connection: one Connect stream: asks and hears the answer, keeps what is told unasked.
import grpc from '@grpc/grpc-js';
import assert from 'node:assert/strict';

import { Refusal } from './errors.mjs';
import { eventually } from './eventually.mjs';
import { message, methods } from './protos.mjs';

export class Connection {
  constructor(client) {
    const method = methods.Connect;
    this.stream = client.channel.makeBidiStreamRequest(
      method.path, method.requestSerialize, method.responseDeserialize, client.metadata());
    this.frames = [];   // all, in order
    this.asked = 0;
    this.stream.on('data', (frame) => this.frames.push(frame)).on('error', () => {})
      .on('status', (status) => { this.end = new Refusal(status, 'Connect'); });
  }

  send(kind, fields = {}) {
    const request_id = `r${++this.asked}`;
    this.stream.write({ request_id, [kind]: fields });
    return request_id;
  }

  // Sends, and answers the reply: { kind, … }.
  async ask(kind, fields) {
    const id = this.send(kind, fields);
    return this.until(`the answer to ${kind}`, (frame) => frame.request_id === id);
  }

  // Asks for what must work, and answers the reply's message.
  async must(kind, fields, answer) {
    const frame = await this.ask(kind, fields);
    assert.equal(frame.kind, answer, JSON.stringify(frame));
    return frame[answer];
  }

  // Asks for what must be refused, and answers { code, reason, text }.
  async refused(kind, fields) {
    const frame = await this.ask(kind, fields);
    assert.equal(frame.kind, 'error', JSON.stringify(frame));
    return reasonOf(frame.error);
  }

  hold(presence_id, fields = {}) {
    return this.must('upsert_presence', { presence_id, status: 'online', ...fields }, 'presence');
  }
  subscribe(subscription_id, fields = {}) {
    return this.must('subscribe', { subscription_id, channels: ['presences'], ...fields },
                     'subscribed');
  }

  // The first frame, from number `from` on, that `test` accepts.
  until(what, test, from = 0) {
    return eventually(what, () => {
      const found = this.frames.slice(from).find(test);
      if (!found && this.end) throw this.end;
      return found;
    });
  }

  // The responses that a subscription was sent, and waiting for one of a kind.
  responses(id, from = 0) {
    return this.frames.slice(from)
      .filter(({ kind, event }) => kind === 'event' && event.subscription_ids.includes(id))
      .map(({ event }) => event.response);
  }
  response(id, kind, from = 0) {
    return eventually(`${kind} for ${id}`, () => this.responses(id, from).find(
      (response) => response.kind === kind));
  }
  // The first change about a record, as 'UPSERTED'.
  change(id, type, presence_id, from = 0) {
    return eventually(`${type} of ${presence_id} for ${id}`, () => this.changes(id, from).find(
      (change) => change.type === `TYPE_${type}` && change.presence.presence_id === presence_id));
  }
  changes(id, from = 0) {
    return this.responses(id, from).flatMap((response) => response.changes?.changes ?? []);
  }

  halfClose() {
    this.stream.end();
  }
  cancel() {
    this.stream.cancel();
  }
  ended() {
    return eventually('the end of the stream', () => this.end);
  }
}

export function reasonOf(status) {
  const detail = status.details.find(({ type_url }) => type_url?.endsWith('/google.rpc.ErrorInfo'));
  return { code: grpc.status[status.code], text: status.message,
           reason: message('google.rpc.ErrorInfo').deserialize(detail.value).reason };
}
