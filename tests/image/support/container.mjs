// Container: an image's command under runc, as a cluster with a strict policy runs it: nothing
// writable but the volume, no capability, no way to more rights, namespaces of its own. The
// network has nothing but loopback, so the image's fixed ports disturb nobody.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';

import { eventually } from '../../integration/support/eventually.mjs';
import { run } from '../../integration/support/server.mjs';

let count = 0;

export class Container {
  // `files` is the folder of the image's files, `config` what Builder.configOf says, `volume` the
  // folder that is the image's volume, `env` an object of further variables. `args` replaces the
  // image's command; `mounts` are more folders, read-only: { where: folder }.
  constructor(folder, { files, config, volume, env, args, mounts = {} }) {
    this.name = `presences-test-${process.pid}-${++count}`;
    this.bundle = path.join(folder, this.name);
    this.state = path.join(folder, 'runc');
    this.spec = runtimeSpec({ files, config, env, args }, [
      bind(Object.keys(config.Volumes)[0], volume, 'rw'),
      ...Object.entries(mounts).map(([where, what]) => bind(where, what, 'ro')),
    ]);
  }

  runc(command, ...args) {
    return run('runc', ['--root', this.state, command, ...args]);
  }

  // Starts it and waits until it says that it is ready.
  async start() {
    await fs.mkdir(this.bundle, { recursive: true });
    await fs.writeFile(path.join(this.bundle, 'config.json'), JSON.stringify(this.spec));
    this.stdout = '';
    this.stderr = '';
    this.process = spawn('runc', ['--root', this.state, 'run', '--bundle', this.bundle, this.name],
                         { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout.setEncoding('utf8').on('data', (text) => { this.stdout += text; });
    this.process.stderr.setEncoding('utf8').on('data', (text) => { this.stderr += text; });
    once(this.process, 'close').then(([code, signal]) => { this.ended = { code, signal }; });
    await eventually('the container is ready', () => this.ended || this.stdout.includes('\n'));
    if (this.ended) throw new Error(`it ended with ${JSON.stringify(this.ended)}: ${this.stderr}`);
    this.ready = JSON.parse(this.stdout);
  }

  // Runs a command in it: { code, stdout, stderr }.
  exec(command, env = {}) {
    const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    return this.runc('exec', ...variables, this.name, ...command);
  }

  // Asks it to stop as its image wants to be asked, and answers how it ended.
  async stop(signal) {
    await this.runc('kill', this.name, signal);
    return eventually('the container ends', () => this.ended);
  }

  async dispose() {
    if (!this.process) return;
    await this.runc('delete', '--force', this.name);
    await eventually('the container is gone', () => this.ended);
  }
}

const locked = ['nosuid', 'noexec', 'nodev'];

function bind(destination, source, access) {
  return { destination, type: 'bind', source, options: ['bind', access, ...locked] };
}

function runtimeSpec({ files, config, env, args }, mounts) {
  const [uid, gid] = config.User.split(':').map(Number);
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid, gid },
      args: args ?? [...config.Entrypoint, ...config.Cmd],
      env: [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      cwd: config.WorkingDir,
      capabilities: {},
      noNewPrivileges: true,
    },
    root: { path: files, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: locked },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      ...mounts,
    ],
    linux: {
      namespaces: ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type })),
      maskedPaths: ['/proc/kcore', '/proc/keys', '/proc/timer_list'],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}
