// What docs/kubernetes.md tells gRPC clients: a library takes it, and it does what it says.
import grpc from '@grpc/grpc-js';
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { config, embedded, keys } from './support/config.mjs';
import { repository } from './support/environment.mjs';
import { eventually } from './support/eventually.mjs';
import { methods } from './support/protos.mjs';
import { Server, withServer } from './support/server.mjs';

const page = await fs.readFile(path.join(repository, 'docs/kubernetes.md'), 'utf8');
const pieces = (info) => [...page.matchAll(new RegExp(`^\`\`\`${info}\n([^]*?)^\`\`\`$`, 'gm'))]
  .map(([, text]) => JSON.parse(text));
const [retrying, hedging] = pieces('json service-config');
const [channelOptions] = pieces('json channel-options');

const { GetPresence, UpsertPresence } = methods;

// A server whose answers are written down: `answer(n)` is called for the n-th request.
async function withFake(answer, body) {
  const fake = { calls: 0, server: new grpc.Server() };
  const handler = (call, reply) => answer(fake.calls++, reply);
  fake.server.addService({ GetPresence, UpsertPresence },
                         { GetPresence: handler, UpsertPresence: handler });
  const port = await new Promise((resolve, reject) => fake.server.bindAsync(
    '127.0.0.1:0', grpc.ServerCredentials.createInsecure(),
    (error, bound) => (error ? reject(error) : resolve(bound))));
  fake.address = `127.0.0.1:${port}`;
  try {
    return await body(fake);
  } finally {
    fake.server.forceShutdown();
  }
}

async function withChannel(target, serviceConfig, body) {
  const channel = new grpc.Client(target, grpc.credentials.createInsecure(), {
    ...channelOptions, 'grpc.service_config': JSON.stringify(serviceConfig),
    'grpc.use_local_subchannel_pool': 1,
  });
  const call = ({ path: where, requestSerialize, responseDeserialize }, request,
                metadata = new grpc.Metadata()) => new Promise((resolve, reject) => {
    channel.makeUnaryRequest(where, requestSerialize, responseDeserialize, request, metadata,
                             { deadline: Date.now() + 15_000 },
                             (error, response) => (error ? reject(error) : resolve(response)));
  });
  try {
    return await body(call);
  } finally {
    channel.close();
  }
}

const refuse = (reply, code) => reply({ code, details: 'for now' });
const presence = (id) => ({ presence_id: id });

test('UNAVAILABLE is tried again, as often as the policy says', () => withFake(
  (n, reply) => (n < 2 ? refuse(reply, grpc.status.UNAVAILABLE) : reply(null, presence('a'))),
  (fake) => withChannel(fake.address, retrying, async (call) => {
    assert.equal((await call(UpsertPresence, presence('a'))).presence_id, 'a');
    assert.equal(fake.calls, 3);
  })));

test('without the policy it is not', () => withFake(
  (n, reply) => refuse(reply, grpc.status.UNAVAILABLE),
  (fake) => withChannel(fake.address, { loadBalancingConfig: [{ round_robin: {} }] },
    async (call) => {
      await assert.rejects(call(UpsertPresence, presence('a')), { code: grpc.status.UNAVAILABLE });
      assert.equal(fake.calls, 1);
    })));

test('what will not get better is not tried again', () => withFake(
  (n, reply) => refuse(reply, grpc.status.INVALID_ARGUMENT),
  (fake) => withChannel(fake.address, retrying, async (call) => {
    await assert.rejects(call(UpsertPresence, presence('a')),
                         { code: grpc.status.INVALID_ARGUMENT });
    assert.equal(fake.calls, 1);
  })));

test('round_robin takes the servers in turn', () => withFake(
  (n, reply) => reply(null, presence('a')), (one) => withFake(
    (n, reply) => reply(null, presence('b')),
    (two) => withChannel(`ipv4:${one.address},${two.address}`, retrying, async (call) => {
      await eventually('both are asked', async () => {
        await call(GetPresence, presence('a'));
        return one.calls > 2 && two.calls > 2;
      });
    }))));

test('a slow read is hedged, a write is not', () => withFake(
  (n, reply) => n > 0 && reply(null, presence('second')),  // the first is never answered
  (fake) => withChannel(fake.address, hedging, async (call) => {
    assert.equal((await call(GetPresence, presence('a'))).presence_id, 'second');
    assert.equal(fake.calls, 2);
    const named = hedging.methodConfig.flatMap(({ name }) => name.map(({ method }) => method));
    assert.ok(named.every((name) => /^(Get|List|Count)/.test(name)), `${named}`);
  })));

test('the methods that the documents name exist', () => {
  for (const { name } of [...retrying.methodConfig, ...hedging.methodConfig]) {
    for (const { service, method = 'GetPresence' } of name) {
      assert.equal(methods[method]?.path, `/${service}/${method}`);
    }
  }
});

test('waitForReady bridges the time without a server', () => withServer(
  config({ storage: embedded }), async (server) => {
    const former = server.ready.grpc;
    await server.stop();
    // The same address again, as a Service's is.
    const next = new Server(server.folder, { args: [...server.args, `--grpc_address=${former}`] });
    const metadata = new grpc.Metadata({ waitForReady: true });
    metadata.set('x-appwrite-key', keys.backend);
    await withChannel(former, retrying, async (call) => {
      let settled = false;
      const write = call(UpsertPresence, { presence_id: 'a', user_id: 'u', status: 'online' },
                         metadata).finally(() => { settled = true; });
      await assert.rejects(call(GetPresence, presence('a')), { code: grpc.status.UNAVAILABLE });
      assert.equal(settled, false, 'it waits, where another call was refused');
      try {
        await next.start();
        assert.equal((await write).presence_id, 'a');
      } finally {
        await next.dispose();
      }
    });
  }));

test('keepalive fits the server and the balancers', async () => {
  const source = await fs.readFile(
    path.join(repository, 'server/gateway/grpc/grpc_server.cc'), 'utf8');
  const constant = (name) => Number(
    source.match(new RegExp(`${name} = ([\\d']+)`))[1].replaceAll("'", ''));
  // A client that pings more often than this is sent away with ENHANCE_YOUR_CALM.
  assert.ok(channelOptions['grpc.keepalive_time_ms'] >= constant('kMinClientPingMillis'));
  assert.match(page, new RegExp(`every ${constant('kKeepaliveMillis') / 1000} s and gives it up ` +
    `${constant('kKeepaliveTimeoutMillis') / 1000} s later`));
  const idle = [...page.matchAll(/^\| .* \| (\d+) s.* \|$/gm)].map(([, seconds]) => Number(seconds));
  assert.ok(idle.length >= 4);
  assert.ok(Math.min(...idle) * 1000 > constant('kKeepaliveMillis'));
});
