// docs/kubernetes.md: its commands, in their order, against the manifests, a real server and a
// cluster that is pretended.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { presencectl, repository } from './support/environment.mjs';
import { FakeCluster } from './support/fake_cluster.mjs';
import { hasKubectl, parse, problemsOf } from './support/manifests.mjs';
import { run, withFolder } from './support/server.mjs';

const page = await fs.readFile(path.join(repository, 'docs/kubernetes.md'), 'utf8');
const blocks = (wanted) => [...page.matchAll(/^```(.+)\n([^]*?)^```$/gm)]
  .filter(([, info]) => info === wanted).map(([, , text]) => text);

// Runs the blocks as one shell, as a reader has it; the environment goes from block to block.
async function follow(steps, folder, environment) {
  let env = environment;
  let shown = '';
  for (const text of steps) {
    const script = `set -eo pipefail\n${text}\nwait\nenv -0 >.environment\n`;
    const { code, stdout, stderr } = await run('bash', ['-c', script],
                                               { env, cwd: folder, timeout: 60_000 });
    assert.equal(code, 0, `${text}\n${stdout}${stderr}`);
    shown += stdout;
    const after = await fs.readFile(path.join(folder, '.environment'), 'utf8');
    env = Object.fromEntries(after.split('\0').filter(Boolean).map(
      (line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  }
  return shown;
}

test('the tour', { skip: !hasKubectl && 'there is no kubectl' }, () => withFolder(async (folder) => {
  const home = path.join(folder, 'home');
  await fs.cp(path.join(repository, 'deploy/kubernetes'), path.join(home, 'deploy/kubernetes'),
              { recursive: true });
  const cluster = await FakeCluster.create(folder);
  try {
    const steps = blocks('sh tour');
    assert.ok(steps.length >= 12, `${steps.length} blocks`);
    const shown = await follow(steps, home, {
      PATH: `${cluster.binFolder}:${path.dirname(presencectl)}:${process.env.PATH}`,
      PRESENCES_ENDPOINT: cluster.balancer.addresses.grpc,
    });
    assert.match(shown, /image: registry\.example\.com\/presences:0\.1\.0/);
    assert.match(shown, /ada-laptop +ada +online/);
    assert.match(shown, /the configuration is valid/);
    assert.match(shown, /kind: ServiceMonitor/);
    // First start, upgrade, rollback, restored, with TLS; and the records survived them all.
    assert.equal(cluster.starts, 5, cluster.commands.join('\n'));
    assert.match(cluster.pod.stderr, /ready|loaded/);
    for (const word of ['apply -k', 'rollout undo', 'create secret tls', 'scale', 'exec']) {
      assert.ok(cluster.commands.some((command) => command.includes(word)), word);
    }
  } finally {
    await cluster.dispose();
  }
}));

test('the tour would notice a wrong flag and a wrong object', { skip: !hasKubectl }, () =>
  withFolder(async (folder) => {
    const cluster = await FakeCluster.create(folder);
    const env = { PATH: `${cluster.binFolder}:${process.env.PATH}` };
    const fails = async (script) => {
      const { code, stdout } = await run('bash', ['-c', script], { env, cwd: folder });
      assert.notEqual(code, 0, script);
      return stdout;
    };
    try {
      assert.match(await fails('kubectl -n presences rollout status statefulset/p --time=5m'),
                   /unknown flag: --time/);
      assert.match(await fails('kubectl -n presences create secret generic x --from-litteral=a=b'),
                   /unknown flag/);
      assert.match(await fails('kubectl create -f - <<< "{apiVersion: v1, kind: Pod, metadata: ' +
        '{name: x}, spec: {containers: [{name: y, imagee: z}]}}"'), /imagee: unknown field/);
      assert.match(await fails('kubectl frobnicate'), /unknown command/);
    } finally {
      await cluster.dispose();
    }
  }));

test('the pieces of YAML are objects that exist', () => {
  for (const text of blocks('yaml')) {
    for (const object of parse(text)) {
      // Snapshots are an extension of their own, without a published model.
      if (object.apiVersion.startsWith('snapshot.storage.k8s.io/')) continue;
      assert.deepEqual(problemsOf(object), []);
    }
  }
});

test('every link leads somewhere', async () => {
  for (const [, target] of page.matchAll(/\]\(([^)#]+)\)/g)) {
    if (target.startsWith('https://')) continue;
    await fs.access(path.join(repository, 'docs', target)).catch(() =>
      assert.fail(`links to ${target}, which is not there`));
  }
});
