// What operators and tools ask: health, reflection, metrics, liveness, readiness, status.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

import grpc from '@grpc/grpc-js';

import { config, project } from './support/config.mjs';
import { presenced } from './support/environment.mjs';
import { eventually } from './support/eventually.mjs';
import { methods } from './support/protos.mjs';
import { run, withServer } from './support/server.mjs';

const services = ['presences.v1.Presences', 'presences.v1.Realtime'];

// Asks the reflection service one thing.
function reflect(client, request) {
  const method = methods.ServerReflectionInfo;
  return new Promise((resolve, reject) => {
    const stream = client.channel.makeBidiStreamRequest(
      method.path, method.requestSerialize, method.responseDeserialize, new grpc.Metadata());
    stream.on('data', (response) => {
      resolve(response);
      stream.end();
    });
    stream.on('error', reject);
    stream.write(request);
  });
}

// Sums the samples of a metric whose labels contain all of `labels`.
function sum(text, name, ...labels) {
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) &&
    labels.every((label) => line.includes(label)))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

test('operations', async (t) => withServer(
  config({ projects: [project('demo'), project('second')] }), async (server) => {
    const key = server.key();
    const nobody = server.connect({ project: undefined });

    await t.test('health answers for the server and each service, without credentials', async () => {
      for (const service of ['', ...services]) {
        assert.equal((await nobody.call('Check', { service })).status, 'SERVING', service);
      }
      await assert.rejects(nobody.call('Check', { service: 'nothing' }), { code: 'NOT_FOUND' });
      const stream = nobody.stream('Watch', { service: services[0] });
      stream.on('error', () => {});
      const status = await new Promise((resolve) => { stream.on('data', resolve); });
      assert.equal(status.status, 'SERVING');
      stream.cancel();
    });

    await t.test('reflection lists the services and describes them', async () => {
      const list = await reflect(nobody, { list_services: '' });
      const names = list.list_services_response.service.map(({ name }) => name);
      for (const name of services) assert.ok(names.includes(name), `${names}`);
      const { file_descriptor_response: files } = await reflect(
        nobody, { file_containing_symbol: services[0] });
      const text = files.file_descriptor_proto.map((bytes) => bytes.toString('latin1')).join();
      for (const word of ['UpsertPresence', '/v1/presences/{presence_id}', 'if_revision']) {
        assert.ok(text.includes(word), word);
      }
    });

    await t.test('an unknown method is UNIMPLEMENTED', async () => {
      const method = methods.GetPresence;
      await assert.rejects(new Promise((resolve, reject) => {
        nobody.channel.makeUnaryRequest(
          '/presences.v1.Presences/Nothing', method.requestSerialize, method.responseDeserialize,
          {}, new grpc.Metadata(), (error, value) => (error ? reject(error) : resolve(value)));
      }), { code: grpc.status.UNIMPLEMENTED });
    });

    await t.test('/livez, /readyz and /statusz say how it is', async () => {
      for (const where of ['/livez', '/readyz', '/readyz?anything']) {
        const { status, text } = await server.admin(where);
        assert.deepEqual([status, text.trim()], [200, 'ok'], where);
      }
      await key.upsert('p', { user_id: 'u' });
      const { status, type, text } = await server.admin('/statusz');
      assert.equal(status, 200);
      assert.match(type, /application\/json/);
      const facts = JSON.parse(text);
      assert.match(facts.version, /^\d+\.\d+\.\d+/);
      assert.equal(facts.engine, 'memory');
      assert.ok(facts.uptime_seconds >= 0);
      const [demo, second] = facts.projects;
      assert.equal(demo.id, 'demo');
      assert.equal(demo.records, 1);
      assert.equal(demo.revision, 1);
      assert.deepEqual([second.id, second.records], ['second', 0]);
      assert.equal((await server.admin('/nothing')).status, 404);
    });

    await t.test('metrics count what happens', async () => {
      const before = (await server.admin('/metrics')).text;
      const watcher = key.watch();
      await watcher.current();
      await key.upsert('m', { user_id: 'u' });
      await key.get('m');
      await key.get('nobody').catch(() => {});
      await key.delete('m');
      await watcher.change('DELETED', 'm');
      const { status, type, text } = await server.admin('/metrics');
      assert.equal(status, 200);
      assert.match(type, /^text\/plain; version=0\.0\.4/);
      const grew = (name, ...labels) => sum(text, name, ...labels) - sum(before, name, ...labels);
      const requests = 'presences_grpc_requests_total';
      assert.equal(grew(requests, 'method="UpsertPresence"', 'code="OK"'), 1);
      assert.equal(grew(requests, 'method="GetPresence"', 'code="OK"'), 1);
      assert.equal(grew(requests, 'method="GetPresence"', 'code="NOT_FOUND"'), 1);
      assert.equal(grew('presences_grpc_request_duration_seconds_count', 'method="GetPresence"'),
                   2);
      assert.equal(grew('presences_changes_total'), 2);
      assert.equal(sum(text, 'presences_watchers', 'surface="grpc"'), 1);
      assert.equal(sum(text, 'presences_records', 'project="demo"'), 1);
      assert.ok(grew('presences_deliveries_total', 'surface="grpc"') >= 2);
      for (const name of ['presences_commit_duration_seconds_count',
                          'presences_commit_batch_size_count',
                          'presences_expiry_lateness_seconds_count']) {
        assert.ok(text.includes(`\n${name}`), name);
      }
      watcher.cancel();
      await eventually('it is no watcher any more', async () =>
        sum((await server.admin('/metrics')).text, 'presences_watchers', 'surface="grpc"') === 0);
    });

    await t.test('every metric explains itself', async () => {
      const { text } = await server.admin('/metrics');
      const lines = text.split('\n');
      const types = lines.filter((line) => line.startsWith('# TYPE '));
      assert.ok(types.length >= 10);
      for (const line of types) {
        const name = line.split(' ')[2];
        assert.match(name, /^presences_[a-z_]+$/);
        assert.ok(lines.some((help) => help.startsWith(`# HELP ${name} `) &&
          help.length > `# HELP ${name} `.length + 5), name);
      }
    });

    await t.test('docs/metrics.md is what the program prints, and has what is scraped', async () => {
      const { stdout } = await run(presenced, ['--print_metrics']);
      const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
      assert.equal(page, stdout, 'run: presenced --print_metrics > docs/metrics.md');
      const documented = new Map(page.split('\n').filter((line) => line.startsWith('| `'))
        .map((line) => line.split('|').map((cell) => cell.trim()))
        .map(([, name, type]) => [name.replaceAll('`', ''), type]));
      const { text } = await server.admin('/metrics');
      for (const line of text.split('\n').filter((each) => each.startsWith('# TYPE '))) {
        const [, , name, type] = line.split(' ');
        assert.equal(documented.get(name), type, name);
      }
    });

    await t.test('deliveries are timed and sized, refusals name their limit', async () => {
      const before = (await server.admin('/metrics')).text;
      const watcher = key.watch({ snapshot: false });
      await watcher.current();
      await key.upsert('timed', { user_id: 'u' });
      await watcher.change('UPSERTED', 'timed');
      watcher.cancel();
      await assert.rejects(key.upsert('huge', { user_id: 'u', metadata: 'x'.repeat(2 << 20) }),
                           { code: 'RESOURCE_EXHAUSTED' });
      const { text } = await server.admin('/metrics');
      const grew = (name, ...labels) => sum(text, name, ...labels) - sum(before, name, ...labels);
      assert.equal(grew('presences_delivery_lag_seconds_count', 'surface="grpc"'), 1);
      assert.ok(grew('presences_delivery_lag_seconds_sum', 'surface="grpc"') < 5);
      assert.equal(grew('presences_delivery_batch_size_sum', 'surface="grpc"'), 1);
      assert.equal(grew('presences_refusals_total', 'limit="request_size"'), 1);
    });

    await t.test('the admin port takes GET and HEAD, and survives nonsense', async () => {
      const url = `http://${server.ready.metrics}/readyz`;
      assert.equal((await fetch(url, { method: 'POST' })).status, 405);
      const head = await fetch(url, { method: 'HEAD' });
      assert.deepEqual([head.status, await head.text()], [200, '']);
      const long = await fetch(`${url}?${'x'.repeat(100_000)}`).catch(() => undefined);
      assert.ok(long === undefined || long.status >= 400);
      assert.equal((await server.admin('/readyz')).status, 200);
    });
  }));
