// The image, built from the Dockerfile that is shipped and run as docs/image.md says.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { repository } from '../integration/support/environment.mjs';
import { build, deployFolder, find } from '../integration/support/manifests.mjs';
import { run } from '../integration/support/server.mjs';
import { Builder, must, obstacle } from './support/builder.mjs';
import { Container } from './support/container.mjs';
import { complaints, danglingReferences, hasReadableCopyright, installed, listed }
  from './support/sbom.mjs';

// What docs/image.md promises: on top of Debian's base, and in all, unpacked.
const maxAdded = 60e6;
const maxTotal = 140e6;
const base = 'docker.io/library/debian:bookworm-slim';
const name = 'localhost/presences:test';
const key = 'a-key-of-the-image-test';
const env = { PRESENCES_KEY_SHA256: createHash('sha256').update(key).digest('hex') };

const reason = await obstacle();
if (reason && process.env.CI) throw new Error(`CI must run this test, but ${reason}`);
if (reason) console.log(`image_test is skipped: ${reason}`);

describe('the image', { skip: reason }, () => {
  let builder;
  let config;
  let files;
  let baseFiles;
  const containers = [];

  before(async () => {
    builder = new Builder(await fs.mkdtemp(path.join(os.tmpdir(), 'presences-image-')));
    await builder.makeBase(base);
    await builder.build(name, base);
    config = await builder.configOf(name);
    files = await builder.filesOf(name);
    baseFiles = await builder.filesOf(base);
  }, { timeout: 2_300_000 });

  after(async () => {
    try {
      for (const container of containers) await container.dispose();
    } finally {
      await builder?.dispose();
    }
  });

  async function start(volume, options = {}) {
    const container = new Container(builder.folder, { files, config, volume, env, ...options });
    containers.push(container);
    await container.start();
    return container;
  }

  // A folder as docs/image.md wants it: the image's user may write there.
  async function makeVolume() {
    const folder = await fs.mkdtemp(path.join(builder.folder, 'volume-'));
    await fs.chown(folder, ...config.User.split(':').map(Number));
    return folder;
  }

  test('says who runs it, how, and what it is', async () => {
    const version = /project\(presences VERSION ([\d.]+)/.exec(
      await fs.readFile(path.join(repository, 'CMakeLists.txt'), 'utf8'))[1];
    assert.equal(config.User, '10001:10001');
    assert.deepEqual(config.Entrypoint, ['presenced']);
    assert.deepEqual(config.Cmd, ['--config=/etc/presences/presences.yaml']);
    assert.equal(config.StopSignal, 'SIGTERM');
    assert.deepEqual(Object.keys(config.Volumes), ['/var/lib/presences']);
    assert.deepEqual(Object.keys(config.ExposedPorts).sort(),
                     ['50051/tcp', '8080/tcp', '9464/tcp']);
    const label = (what) => config.Labels[`org.opencontainers.image.${what}`];
    assert.equal(label('title'), 'presences');
    assert.match(label('description'), /presence/);
    assert.equal(label('version'), version);
    assert.equal(label('revision'), 'abc123');
    assert.equal(label('base.name'), base);
    const program = await run('chroot', [files, 'presenced', '--version']);
    assert.ok(program.stdout.includes(version), program.stdout + program.stderr);
  });

  test('is what its documentation says', async () => {
    const text = await fs.readFile(path.join(repository, 'docs/image.md'), 'utf8');
    const facts = [config.User, Object.keys(config.Volumes)[0], config.StopSignal,
                   config.Healthcheck.Test.slice(1).join(' '), config.Cmd[0],
                   `below ${maxAdded / 1e6} MB over the base and ${maxTotal / 1e6} MB in all`,
                   ...Object.keys(config.ExposedPorts).map((port) => port.split('/')[0])];
    assert.deepEqual(facts.filter((fact) => !text.includes(fact)), []);
  });

  test('serves without rights on a read-only root, and keeps what it was told', async () => {
    const volume = await makeVolume();
    const first = await start(volume);
    assert.deepEqual(portsOf(first.ready), Object.keys(config.ExposedPorts).sort());
    const [kind, ...check] = config.Healthcheck.Test;
    assert.equal(kind, 'CMD', 'a health check that needs no shell');
    const healthy = await first.exec(check);
    assert.equal(healthy.code, 0, healthy.stderr);

    const credentials = { PRESENCES_KEY: key };
    const written = await first.exec(['presencectl', 'upsert', 'laptop', '--user=ada',
                                      '--status=online', '--ttl=1h'], credentials);
    assert.equal(written.code, 0, written.stderr);
    const read = await first.exec(['presencectl', 'get', 'laptop'], credentials);
    assert.match(read.stdout, /"ada"/, read.stderr);
    const refused = await first.exec(['presencectl', 'upsert', 'x', '--user=ada',
                                      '--status=online'], { PRESENCES_KEY: 'wrong' });
    assert.equal(refused.code, 1, refused.stderr);

    await assertConfined(first);
    assert.deepEqual(await first.stop(config.StopSignal), { code: 0, signal: null }, first.stderr);
    const owners = (await must('find', [volume, '-printf', '%U:%G\n'])).trim().split('\n');
    assert.ok(owners.length > 1, 'the data is on the volume');
    assert.deepEqual([...new Set(owners)], [config.User]);

    const second = await start(volume);
    const again = await second.exec(['presencectl', 'get', 'laptop'], credentials);
    assert.match(again.stdout, /"online"/, again.stderr);
    assert.equal((await second.stop(config.StopSignal)).code, 0, second.stderr);
  });

  test('fails the health check when nothing serves', async () => {
    const container = await start(await makeVolume());
    const [, ...check] = config.Healthcheck.Test;
    const result = await container.exec(check, { PRESENCES_ENDPOINT: '127.0.0.1:1' });
    assert.notEqual(result.code, 0);
    assert.ok(config.Healthcheck.Timeout > 2e9, 'it gives up before the runtime does');
  });

  test('says what is missing when it is given no key', async () => {
    const container = start(await makeVolume(), { env: { PRESENCES_KEY_SHA256: '' } });
    await assert.rejects(container, /"code":2.*presences\.yaml:\d+: .*sha256/s);
  });

  test('starts as the pod of deploy/kubernetes starts it', async () => {
    const objects = build(path.join(deployFolder, 'overlays/single'));
    const pod = find(objects, 'StatefulSet').spec.template.spec;
    const [{ command, args, ports, volumeMounts }] = pod.containers;
    assert.equal(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`, config.User);
    assert.deepEqual(ports.map((port) => `${port.containerPort}/tcp`).sort(),
                     Object.keys(config.ExposedPorts).sort());
    const mountPath = (what) => volumeMounts.find((each) => each.name === what).mountPath;
    assert.equal(mountPath('data'), Object.keys(config.Volumes)[0]);

    const folder = await fs.mkdtemp(path.join(builder.folder, 'config-'));
    await fs.chmod(folder, 0o755);
    const map = objects.find(({ kind, data }) => kind === 'ConfigMap' && data['presences.yaml']);
    for (const [file, text] of Object.entries({ ...map.data, 'jwt.secret': 'x'.repeat(64) })) {
      await fs.writeFile(path.join(folder, file), text);
      await fs.chown(path.join(folder, file), 0, pod.securityContext.fsGroup);
      await fs.chmod(path.join(folder, file), 0o440);
    }
    const container = await start(await makeVolume(), {
      args: [...command ?? config.Entrypoint, ...args],
      env: { BACKEND_KEY_SHA256: env.PRESENCES_KEY_SHA256 },
      mounts: { [mountPath('config')]: folder },
    });
    const answer = await container.exec(['presencectl', 'list'], { PRESENCES_KEY: key });
    assert.equal(answer.code, 0, answer.stderr);
    assert.equal((await container.stop('TERM')).code, 0, container.stderr);
  });

  test('has nothing in it that a server does not need', async () => {
    const packages = Object.keys(await installed(files));
    const tools = /^(gcc|g\+\+|cpp|clang|cmake|make|git|curl|wget|perl|python3|openssl)(-[\d.]+)?$/;
    assert.deepEqual(packages.filter((each) => tools.test(each) || each.endsWith('-dev')), []);
    for (const gone of ['src', 'out', 'tmp/packages', 'tmp/image', 'tmp/copied', 'usr/include',
                        'var/cache/ccache']) {
      const left = await fs.readdir(path.join(files, gone)).catch(() => []);
      assert.deepEqual(left, [], gone);
    }
    assert.deepEqual(await fs.readdir(path.join(files, 'var/lib/apt/lists')), []);
    const privileged = await must('find', [files, '-xdev', '-type', 'f', '-perm', '/6000']);
    assert.equal(privileged, '');
    const writable = await must('find', [files, '-xdev', '-type', 'f', '(', '-perm', '/002',
                                         '-o', '-uid', '10001', ')']);
    assert.equal(writable, '', 'the server could change these');
    const sections = await must('readelf', ['-SW', path.join(files, 'usr/bin/presenced')]);
    assert.doesNotMatch(sections, /\.debug_info/);
  });

  test('is as small as promised', async () => {
    const total = await sizeOf(files);
    const added = total - await sizeOf(baseFiles);
    const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(`size: ${megabytes(total)}, ${megabytes(added)} over the base`);
    assert.ok(added < maxAdded, `${added} bytes over the base`);
    assert.ok(total < maxTotal, `${total} bytes`);
  });

  test('carries a true bill of materials', async () => {
    const file = path.join(files, 'usr/share/doc/presences/sbom.cdx.json');
    const document = JSON.parse(await fs.readFile(file, 'utf8'));
    assert.deepEqual(await complaints(document), []);
    const { 'ca-certificates': copied, ...packages } = listed(document);
    assert.ok(copied, 'whose certificates were copied');
    const there = await installed(files);
    assert.ok(Object.keys(there).length > 60);
    assert.deepEqual(packages, there);
    assert.deepEqual(danglingReferences(document), []);
    const component = (what) => document.components.find((each) => each.name === what);
    for (const what of Object.keys(there)) {
      assert.equal(Boolean(component(what).licenses), await hasReadableCopyright(files, what),
                   `licences of ${what}`);
    }
    assert.deepEqual(component('libgrpc29').licenses[0], { license: { id: 'Apache-2.0' } });
    for (const program of ['presenced', 'presencectl']) {
      const content = await fs.readFile(path.join(files, 'usr/bin', program));
      assert.deepEqual(component(program).hashes,
        [{ alg: 'SHA-256', content: createHash('sha256').update(content).digest('hex') }]);
      const { dependsOn } = document.dependencies.find(({ ref }) => ref === `program:${program}`);
      assert.ok(dependsOn.some((ref) => ref.startsWith('pkg:deb/debian/librocksdb7.8@')));
    }
  });
});

// The ports of the ready line, as an image names them.
function portsOf(ready) {
  return [ready.grpc, ready.http, ready.metrics]
    .map((address) => `${address.split(':').pop()}/tcp`).sort();
}

// The server is who it should be, process 1, without rights, and can write nowhere else.
async function assertConfined(container) {
  const status = (await container.exec(['cat', '/proc/1/status'])).stdout;
  assert.match(status, /^Name:\tpresenced$/m);
  assert.match(status, /^Uid:\t10001\t10001\t10001\t10001$/m);
  assert.match(status, /^CapEff:\t0+$/m);
  assert.match(status, /^NoNewPrivs:\t1$/m);
  for (const where of ['/tmp/x', '/etc/presences/x', '/usr/bin/x']) {
    assert.notEqual((await container.exec(['touch', where])).code, 0, where);
  }
}

// Bytes of the files, each once however many names it has.
async function sizeOf(folder) {
  const out = await must('du', ['-s', '--apparent-size', '--block-size=1', folder]);
  return Number(out.split('\t')[0]);
}
