// deploy/kubernetes: what an API server would refuse is refused here, and what the manifests say
// about the server is what the server does.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { presenced } from './support/environment.mjs';
import { build, deployFolder, find, hasKubectl, parseFile, problemsOf } from
  './support/manifests.mjs';
import { run, Server, withFolder } from './support/server.mjs';

const overlays = ['single', 'dev'];
const built = Object.fromEntries(overlays.map(
  (name) => [name, build(path.join(deployFolder, 'overlays', name))]));
const component = path.join(deployFolder, 'components/monitoring');
const monitoring = parseFile(path.join(component, 'kustomization.yaml'))[0].resources.flatMap(
  (name) => parseFile(path.join(component, name)));
const monitor = find(monitoring, 'ServiceMonitor');
if (!hasKubectl) console.log('no kubectl: patches of the overlays are not looked at');

const podOf = (objects) => find(objects, 'StatefulSet').spec.template.spec;
const containerOf = (objects) => podOf(objects).containers[0];
const portsOf = (objects) => Object.fromEntries(
  containerOf(objects).ports.map(({ name, containerPort }) => [name, containerPort]));

// Every map of an object, and its keys, as paths.
function* mapsOf(value, at = []) {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) yield at;
  for (const [key, child] of Object.entries(value)) yield* mapsOf(child, [...at, key]);
}
const at = (object, where) => where.reduce((value, key) => value[key], object);

// Writes the configuration of an overlay and its files as the pod would find them, and answers
// how presenced is started there: the manifest's own arguments, with free ports and a new folder.
async function stage(objects, folder) {
  const text = find(objects, 'ConfigMap').data['presences.yaml'];
  await fs.writeFile(path.join(folder, 'presences.yaml'), text);
  await fs.writeFile(path.join(folder, 'jwt.secret'), 'x'.repeat(40));
  const mount = containerOf(objects).volumeMounts.find(({ name }) => name === 'config').mountPath;
  const args = containerOf(objects).args.map((word) => word.replace(mount, folder));
  const env = Object.fromEntries([...text.replace(/#.*/g, '').matchAll(/\$\{(\w+)\}/g)].map(
    ([, name]) => [name, 'a'.repeat(64)]));
  return { args, env };
}

// The configuration of an overlay as presenced understands it.
const effective = (objects) => withFolder(async (folder) => {
  const { args, env } = await stage(objects, folder);
  const checked = await run(presenced, [...args, '--check_config'], { env });
  assert.equal(checked.code, 0, checked.stderr);
  const { stdout } = await run(presenced, [...args, '--print_config'], { env });
  const duration = (name) => {
    const [, number, unit] = stdout.match(new RegExp(`${name}: (\\d+)(ms|s|m)\\b`));
    return Number(number) * { ms: 0.001, s: 1, m: 60 }[unit];
  };
  const port = (name) => Number(stdout.match(
    new RegExp(`${name}:\\s+address: "0\\.0\\.0\\.0:(\\d+)"`))[1]);
  return { stdout, port, drain_delay: duration('drain_delay'),
           drain_timeout: duration('drain_timeout') };
});

test('every manifest is valid, to the last field', () => {
  for (const objects of [...Object.values(built), monitoring]) {
    assert.deepEqual(objects.flatMap(problemsOf), []);
  }
});

test('every file belongs to a kustomization', async () => {
  for (const folder of ['base', 'components/monitoring', 'components/tls',
                        ...overlays.map((name) => `overlays/${name}`)]) {
    const whole = path.join(deployFolder, folder);
    const [described] = parseFile(path.join(whole, 'kustomization.yaml'));
    const named = [...described.resources ?? [],
                   ...(described.configMapGenerator ?? []).flatMap(({ files }) => files)];
    for (const name of named) await fs.access(path.join(whole, name));
    for (const name of await fs.readdir(whole)) {
      assert.ok(name === 'kustomization.yaml' || named.includes(name), `${folder}/${name}`);
    }
  }
});

test('a field that does not exist is caught, wherever it stands', () => {
  // Maps whose keys are for users to choose.
  const free = /\/(labels|annotations|matchLabels|data|selector|requests|limits)$/;
  let caught = 0;
  for (const object of [...Object.values(built).flat(), ...monitoring]) {
    for (const where of mapsOf(object)) {
      const name = `/${where.join('/')}`;
      if (free.test(name) && !/^\/spec\/selector$/.test(name)) continue;
      if (name === '/spec/selector' && object.kind === 'Service') continue;
      const broken = structuredClone(object);
      at(broken, where).typo = 'x';
      const problems = problemsOf(broken);
      assert.ok(problems.some((problem) => problem.includes('typo: unknown field')),
                `${object.kind} ${name}: a field 'typo' passed`);
      caught += 1;
    }
  }
  assert.ok(caught > 100, `${caught} places`);
});

test('wrong types, missing fields and unknown kinds are caught', () => {
  const statefulSet = find(built.single, 'StatefulSet');
  const mutations = {
    'replicas as text': (object) => { object.spec.replicas = '1'; },
    'no selector': (object) => { delete object.spec.selector; },
    'a port as text': (object) => {
      object.spec.template.spec.containers[0].ports[0].containerPort = '50051';
    },
    'capabilities as text': (object) => {
      object.spec.template.spec.containers[0].securityContext.capabilities.drop = 'ALL';
    },
    'a renamed probe': (object) => {
      const [container] = object.spec.template.spec.containers;
      container.readynessProbe = container.readinessProbe;
      delete container.readinessProbe;
    },
    'an unknown kind': (object) => { object.kind = 'StatefullSet'; },
    'an unknown version': (object) => { object.apiVersion = 'apps/v3'; },
  };
  for (const [name, mutate] of Object.entries(mutations)) {
    const broken = structuredClone(statefulSet);
    mutate(broken);
    assert.notDeepEqual(problemsOf(broken), [], name);
  }
});

for (const name of overlays) {
  const objects = built[name];

  test(`${name}: labels, selectors and ports fit together`, () => {
    const set = find(objects, 'StatefulSet');
    const { labels } = set.spec.template.metadata;
    const selects = (selector) => {
      assert.ok(Object.keys(selector).length > 0, 'an empty selector takes every pod');
      for (const [key, value] of Object.entries(selector)) assert.equal(labels[key], value);
    };
    selects(set.spec.selector.matchLabels);
    selects(find(objects, 'PodDisruptionBudget').spec.selector.matchLabels);
    const policy = find(objects, 'NetworkPolicy').spec;
    selects(policy.podSelector.matchLabels);
    const ports = portsOf(objects);
    const services = objects.filter(({ kind }) => kind === 'Service');
    for (const { spec } of services) {
      selects(spec.selector);
      for (const { name: port, port: number, targetPort } of spec.ports) {
        assert.deepEqual([targetPort, number], [port, ports[port]]);
      }
    }
    assert.equal(find(objects, 'Service', set.spec.serviceName).spec.clusterIP, 'None');
    assert.deepEqual(policy.ingress.flatMap((rule) => rule.ports.map(({ port }) => port)).sort(),
                     Object.keys(ports).sort(), 'each port of the container, and no other');
    assert.equal(set.spec.template.spec.serviceAccountName,
                 find(objects, 'ServiceAccount').metadata.name);
    // The monitor finds the port in one service, so that nothing is scraped twice.
    const { endpoints, selector } = monitor.spec;
    const monitored = services.filter(({ metadata, spec }) =>
      Object.entries(selector.matchLabels).every(([key, value]) => metadata.labels[key] === value)
      && spec.ports.some(({ name: port }) => port === endpoints[0].port));
    assert.equal(monitored.length, 1);
    const { annotations } = set.spec.template.metadata;
    assert.equal(annotations['prometheus.io/port'], String(ports.metrics));
    assert.equal(annotations['prometheus.io/path'], endpoints[0].path);
  });

  test(`${name}: the pod keeps to the restricted standard`, () => {
    assert.equal(find(objects, 'Namespace').metadata.labels['pod-security.kubernetes.io/enforce'],
                 'restricted');
    const pod = podOf(objects);
    assert.equal(pod.automountServiceAccountToken, false);
    assert.equal(find(objects, 'ServiceAccount').automountServiceAccountToken, false);
    const { runAsNonRoot, runAsUser, fsGroup, seccompProfile } = pod.securityContext;
    assert.deepEqual([runAsNonRoot, runAsUser, fsGroup, seccompProfile.type],
                     [true, 10001, 10001, 'RuntimeDefault']);
    for (const { securityContext } of pod.containers) {
      assert.equal(securityContext.allowPrivilegeEscalation, false);
      assert.equal(securityContext.readOnlyRootFilesystem, true);
      assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] });
    }
    const { requests, limits } = pod.containers[0].resources;
    assert.equal(requests.memory, limits.memory);
  });

  test(`${name}: the server takes the configuration, and it fits the manifests`, async () => {
    const config = await effective(objects);
    for (const [port, number] of Object.entries(portsOf(objects))) {
      assert.equal(config.port(port), number, port);
    }
    const data = containerOf(objects).volumeMounts.find((mount) => mount.name === 'data');
    assert.ok(config.stdout.includes(`path: "${data.mountPath}"`), config.stdout);
  });

  test(`${name}: the grace period covers an orderly stop`, async () => {
    const { drain_delay, drain_timeout } = await effective(objects);
    const pod = podOf(objects);
    const preStop = pod.containers[0].lifecycle.preStop.sleep.seconds;
    const stop = preStop + drain_delay + drain_timeout;
    const reserve = pod.terminationGracePeriodSeconds - stop;
    assert.ok(reserve >= 2, `${stop} s of stopping in ${pod.terminationGracePeriodSeconds} s`);
    assert.ok(!hasKubectl || reserve <= 15, 'a pod that hangs is not waited for much longer');
    // Somebody waits until the endpoints have changed: the pod or the server.
    assert.ok(preStop + drain_delay > 0);
  });

  test(`${name}: the probes ask what the server answers`, () => withFolder(async (folder) => {
    const { args, env } = await stage(objects, folder);
    const free = ['grpc', 'http', 'metrics'].map((port) => `--${port}_address=127.0.0.1:0`);
    const server = new Server(folder, { env, args: [...args, ...free, `--data_dir=${folder}/data`] });
    try {
      await server.start();
      const { startupProbe, readinessProbe, livenessProbe } = containerOf(objects);
      for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) {
        assert.equal(httpGet.port, 'metrics');
        assert.equal((await server.admin(httpGet.path)).status, 200, httpGet.path);
      }
      assert.notEqual(readinessProbe.httpGet.path, livenessProbe.httpGet.path);
      const { endpoints } = monitor.spec;
      assert.equal((await server.admin(endpoints[0].path)).status, 200);
      assert.equal((await server.admin('/no-such-probe')).status, 404);
    } finally {
      await server.dispose();
    }
  }));
}

test('the comment beside the grace period says what is so', async () => {
  const text = await fs.readFile(path.join(deployFolder, 'base/statefulset.yaml'), 'utf8');
  const said = (name) => Number(text.match(new RegExp(`#\\s+${name}\\s+(\\d+) s`))[1]);
  const [preStop, delay, timeout, closing] =
    ['preStop', 'drain_delay', 'drain_timeout', 'closing'].map(said);
  const config = await effective(built.single);
  const pod = podOf(built.single);
  assert.deepEqual([preStop, delay, timeout], [pod.containers[0].lifecycle.preStop.sleep.seconds,
                                               config.drain_delay, config.drain_timeout]);
  assert.equal(preStop + delay + timeout + closing, pod.terminationGracePeriodSeconds);
});

test('no secret is in the files of the overlay for production', () => {
  assert.deepEqual(built.single.filter(({ kind }) => kind === 'Secret'), []);
  const pod = podOf(built.single);
  assert.deepEqual(pod.containers[0].envFrom, [{ secretRef: { name: 'presences-env' } }]);
  const [{ projected: { sources } }] = pod.volumes.filter(({ name }) => name === 'config');
  assert.deepEqual(sources.map(({ secret }) => secret?.name).filter(Boolean), ['presences-files']);
});
