// Client: calls of one caller over grpc-js, an implementation that shares no code with the server.
import grpc from '@grpc/grpc-js';

import { Refusal } from './errors.mjs';
import { methods } from './protos.mjs';
import { Watcher } from './watcher.mjs';

const bytes = (value) => value;

export class Client {
  // `credentials`: { project, key, token, jwt, headers }; whatever is missing is not sent.
  // `ca`: PEM of the certificate that the server must show; without it, plain text. `clientCert`:
  // { cert, key } that this client shows.
  constructor(address, credentials = {}, { ownConnection = false, ca, clientCert } = {}) {
    this.credentials = credentials;
    const pem = (text) => (text ? Buffer.from(text) : undefined);
    const transport = ca
      ? grpc.credentials.createSsl(pem(ca), pem(clientCert?.key), pem(clientCert?.cert))
      : grpc.credentials.createInsecure();
    this.channel = new grpc.Client(address, transport, {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // Fast enough for a server that is being restarted.
      'grpc.initial_reconnect_backoff_ms': 20,
      'grpc.max_reconnect_backoff_ms': 100,
      ...(ownConnection ? { 'grpc.use_local_subchannel_pool': 1 } : {}),
    });
  }

  metadata() {
    const metadata = new grpc.Metadata();
    const { project, key, token, jwt, headers = {} } = this.credentials;
    if (project !== undefined) metadata.set('x-appwrite-project', project);
    if (key !== undefined) metadata.set('x-appwrite-key', key);
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    if (jwt !== undefined) metadata.set('x-appwrite-jwt', jwt);
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return metadata;
  }

  // Calls a unary method by its bare name. `raw` sends these bytes in the request's place.
  call(name, request = {}, { timeout = 10_000, raw } = {}) {
    const method = methods[name];
    return new Promise((resolve, reject) => {
      this.channel.makeUnaryRequest(
        method.path, raw ? bytes : method.requestSerialize, method.responseDeserialize,
        raw ?? request, this.metadata(), { deadline: Date.now() + timeout },
        (error, response) => (error ? reject(new Refusal(error, name)) : resolve(response)));
    });
  }

  upsert(presence_id, fields = {}) {
    return this.call('UpsertPresence', { presence_id, status: 'online', ...fields });
  }
  get(presence_id) {
    return this.call('GetPresence', { presence_id });
  }
  update(presence_id, fields = {}) {
    return this.call('UpdatePresence', { presence_id, ...fields });
  }
  delete(presence_id, fields = {}) {
    return this.call('DeletePresence', { presence_id, ...fields });
  }
  list(queries = [], more = {}) {
    return this.call('ListPresences', { queries: queries.map(query), ...more });
  }
  count(queries = [], group_by = '') {
    return this.call('CountPresences', { queries: queries.map(query), group_by });
  }

  // Follows with Subscribe. `resumed`: the Watcher to go on from, with its token and state.
  watch(request = {}, { resumed } = {}) {
    const whole = {
      channels: ['presences'], resume_token: resumed?.token, ...request,
      queries: (request.queries ?? []).map(query),
    };
    const partial = request.snapshot === false ||
      whole.channels.some((channel) => /\.(upsert|update|delete)$/.test(channel));
    return new Watcher(this.stream('Subscribe', whole), { resumed, partial });
  }

  // Opens a server-streaming call as it is.
  stream(name, request, { raw } = {}) {
    const method = methods[name];
    return this.channel.makeServerStreamRequest(
      method.path, raw ? bytes : method.requestSerialize, method.responseDeserialize,
      raw ?? request, this.metadata());
  }

  close() {
    this.channel.close();
  }
}

// A query as the SDKs send it: JSON text. Texts pass as they are.
function query(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// The message timestamp of a Date or of milliseconds since 1970.
export function timestamp(time) {
  const millis = Number(time);
  return { seconds: Math.floor(millis / 1000), nanos: (((millis % 1000) + 1000) % 1000) * 1e6 };
}

// Milliseconds since 1970 of a message timestamp.
export function millisOf({ seconds, nanos }) {
  return Number(seconds) * 1000 + nanos / 1e6;
}
