// FakeCluster: as much of Kubernetes as docs/kubernetes.md needs, with one real presenced as the
// pod. Its kubectl checks every command with the real one, and every object against the schemas;
// then it does to the process what a cluster would do to the pod.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';

import { Balancer } from './balancer.mjs';
import { build, parse, problemsOf } from './manifests.mjs';
import { Server } from './server.mjs';

// Hands its words to the cluster, and shows what it answers.
const shim = (port) => `#!/usr/bin/env node
const input = process.argv.includes('-') ? require('fs').readFileSync(0, 'utf8') : '';
fetch('http://127.0.0.1:${port}', { method: 'POST', body: JSON.stringify(
  { words: process.argv.slice(2), cwd: process.cwd(), input }) })
  .then((response) => response.json())
  .then(({ code, output }) => { console.log(output); process.exitCode = code; });
`;

function kubectl(words, cwd) {
  const { status, stdout, stderr } = spawnSync('kubectl', words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`kubectl ${words.join(' ')}: ${stderr}`);
  return stdout;
}

export class FakeCluster {
  static async create(folder) {
    const cluster = new FakeCluster();
    cluster.podFolder = path.join(folder, 'pod');
    cluster.binFolder = path.join(folder, 'bin');
    await fs.mkdir(cluster.podFolder);
    await fs.mkdir(cluster.binFolder);
    cluster.balancer = await Balancer.start();
    cluster.api = http.createServer((request, response) => cluster.#serve(request, response));
    cluster.api.listen(0, '127.0.0.1');
    await once(cluster.api, 'listening');
    await fs.writeFile(path.join(cluster.binFolder, 'kubectl'), shim(cluster.api.address().port),
                       { mode: 0o755 });
    return cluster;
  }

  constructor() {
    this.objects = new Map();  // `Kind name` → object
    this.revisions = [];       // pod templates, the last one counts
    this.replicas = 0;
    this.starts = 0;           // of pods
    this.commands = [];
  }

  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { words, cwd, input } = JSON.parse(Buffer.concat(chunks).toString());
    let answer;
    try {
      answer = { code: 0, output: await this.#run(words, cwd, input) ?? '' };
    } catch (error) {
      answer = { code: 1, output: error.stack };
    }
    response.end(JSON.stringify(answer));
  }

  async #run(words, cwd, input) {
    const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
    kubectl([...own, '--help'], cwd);  // an unknown flag or command is refused before the help
    this.commands.push(words.join(' '));
    if (words[0] === '-n') {
      assert.equal(words[1], 'presences');
      words.splice(0, 2);
    }
    const [verb, what, ...rest] = words;
    const whole = [verb, what].join(' ');
    if (verb === 'kustomize') return kubectl(words, cwd);
    if (whole === 'apply -k') return this.#apply(build(path.join(cwd, rest[0])));
    if (whole === 'create secret') {
      return this.#apply(parse(kubectl([...words, '--dry-run=client', '-o', 'yaml'], cwd)));
    }
    if (whole === 'create -f') return this.#apply(parse(input));
    if (whole === 'rollout undo') this.revisions.pop();
    if (whole === 'rollout restart') this.running = undefined;
    if (verb === 'scale') this.replicas = Number(rest[0].match(/--replicas=(\d+)/)[1]);
    if (verb === 'exec') {
      assert.deepEqual(words.slice(1), ['presences-0', '--', 'sh', '-c', 'kill -HUP 1']);
      this.pod.signal('SIGHUP');
    }
    if (!['delete', 'exec', 'get', 'logs', 'port-forward', 'rollout', 'scale'].includes(verb)) {
      throw new Error(`the pretended cluster has no '${verb}'`);
    }
    await this.#reconcile();
    return undefined;
  }

  async #apply(objects) {
    assert.deepEqual(objects.flatMap(problemsOf), []);
    for (const object of objects) {
      this.objects.set(`${object.kind} ${object.metadata.name}`, object);
      if (object.kind !== 'StatefulSet') continue;
      this.replicas = object.spec.replicas;
      this.revisions.push(object.spec.template.spec);
    }
    await this.#reconcile();
    return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join('\n');
  }

  // What a source of a projected volume brings: [path, text]; undefined: it is not there yet.
  #filesOf({ configMap, secret }) {
    const { name, items } = configMap ?? secret;
    const object = this.objects.get(`${configMap ? 'ConfigMap' : 'Secret'} ${name}`);
    if (!object) return undefined;
    const texts = Object.entries(object.data).map(
      ([key, text]) => [key, configMap ? text : Buffer.from(text, 'base64')]);
    if (!items) return texts;
    const all = new Map(texts);
    return items.map(({ key, path: where }) => {
      assert.ok(all.has(key), `${name} has no ${key}`);
      return [where, all.get(key)];
    });
  }

  // Makes what runs what it should be, one pod after the other.
  async #reconcile() {
    const pod = this.replicas > 0 ? this.revisions.at(-1) : undefined;
    if (pod === this.running && (!pod || this.pod)) return;
    const files = pod?.volumes.find(({ name }) => name === 'config').projected.sources.map(
      (source) => this.#filesOf(source));
    const env = pod && this.objects.get(`Secret ${pod.containers[0].envFrom[0].secretRef.name}`);
    if (pod && (!env || files.includes(undefined))) return;  // it waits for them
    await this.#stopPod();
    if (pod) await this.#startPod(pod.containers[0], files.flat(), env.data);
    this.running = pod;
  }

  async #startPod(container, files, secrets) {
    for (const [name, text] of files) {
      await fs.mkdir(path.join(this.podFolder, path.dirname(name)), { recursive: true });
      await fs.writeFile(path.join(this.podFolder, name), text);
    }
    this.pod = new Server(this.podFolder, {
      args: [...container.args.map((word) => word.replace('/etc/presences', this.podFolder)),
             '--data_dir=data',
             ...['grpc', 'http', 'metrics'].map((name) => `--${name}_address=127.0.0.1:0`)],
      env: Object.fromEntries(Object.entries(secrets).map(
        ([name, text]) => [name, Buffer.from(text, 'base64').toString()])),
    });
    await this.pod.start();
    this.balancer.route(this.pod);
    this.starts += 1;
  }

  async #stopPod() {
    if (!this.pod) return;
    assert.deepEqual(await this.pod.stop(), { code: 0, signal: null });
    this.balancer.route(undefined);
    this.pod = undefined;
  }

  async dispose() {
    await this.pod?.dispose();
    this.balancer.stop();
    this.api.close();
    this.api.closeAllConnections();
  }
}
