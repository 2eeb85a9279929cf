// LogLines: what a server has logged, as objects; and calls that show what came with an answer.
import grpc from '@grpc/grpc-js';
import assert from 'node:assert/strict';

import { eventually } from './eventually.mjs';
import { methods } from './protos.mjs';

// The lines of `text`, each of which must be JSON.
export function parseLines(text) {
  return text.split('\n').slice(0, -1).map((line) => {
    try {
      return JSON.parse(line);
    } catch {
      return assert.fail(`no JSON: ${line}`);
    }
  });
}

// The lines that have these members, once there are some.
export function lines(server, members, from = 0) {
  return eventually(`a line with ${JSON.stringify(members)}`, () => {
    const found = parseLines(server.stderr.slice(from)).filter((line) =>
      Object.entries(members).every(([name, value]) => line[name] === value));
    return found.length > 0 && found;
  }).catch((error) => {
    throw new Error(`${error.message}\n${server.stderr.slice(from)}`);
  });
}

export async function line(server, members, from) {
  return (await lines(server, members, from))[0];
}

// A unary call with more metadata: { code, response, headers, trailers }.
export function callWith(client, name, request, metadata = {}) {
  const method = methods[name];
  const sent = client.metadata();
  for (const [key, value] of Object.entries(metadata)) {
    for (const one of [value].flat()) sent.add(key, one);
  }
  return new Promise((resolve) => {
    const answer = {};
    const call = client.channel.makeUnaryRequest(
      method.path, method.requestSerialize, method.responseDeserialize, request, sent,
      { deadline: Date.now() + 10_000 }, (error, response) => { answer.response = response; });
    call.on('metadata', (headers) => { answer.headers = headers; });
    call.on('status', (status) => {
      // The callback comes later than the status.
      setImmediate(() => resolve({ ...answer, code: grpc.status[status.code],
                                   trailers: status.metadata }));
    });
  });
}
