// Server: one presenced process of a test, on free ports, with a folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { Client } from './client.mjs';
import { jwtSecret, keys } from './config.mjs';
import { patience, presenced } from './environment.mjs';
import { eventually } from './eventually.mjs';
import { mintToken } from './tokens.mjs';

// Runs `body` with a folder that is gone afterwards.
export async function withFolder(body) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'presences-'));
  try {
    return await body(folder);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

// Runs `body` with a server that serves `config` (see config.mjs) in a folder of its own, where
// `options.files` are too. The process is gone afterwards, whatever happens.
export function withServer(config, body, options = {}) {
  return withFolder(async (folder) => {
    const server = new Server(folder, options);
    try {
      await server.writeConfig(config);
      for (const [name, text] of Object.entries(options.files ?? {})) {
        await fs.writeFile(path.join(folder, name), text);
      }
      await server.start();
      return await body(server);
    } finally {
      await server.dispose();
    }
  });
}

// Runs the program to its end and answers { code, signal, stdout, stderr }.
export async function run(program, args, { env = {}, input, cwd, timeout = patience } = {}) {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
  const result = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => { result[name] += text; });
  }
  child.stdin.on('error', () => {});  // it may end without reading
  child.stdin.end(input);
  [result.code, result.signal] = await once(child, 'close');
  clearTimeout(timer);
  return result;
}

export class Server {
  // `args` replaces --config; `wrapper` is a command that runs the server, such as prlimit.
  constructor(folder, { args, env = {}, wrapper = [] } = {}) {
    this.folder = folder;
    this.configFile = path.join(folder, 'presences.yaml');
    this.args = args ?? [`--config=${this.configFile}`];
    this.env = env;
    this.wrapper = wrapper;
    this.clients = [];
  }

  async writeConfig(config) {
    const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2);
    await fs.writeFile(this.configFile, text);
  }

  // Starts the process and waits until it says that it is ready.
  async start() {
    this.stdout = '';
    this.stderr = '';
    // Should this test be killed, the server goes too.
    const command = ['setpriv', '--pdeathsig', 'KILL', ...this.wrapper, presenced, ...this.args];
    this.process = spawn(command[0], command.slice(1), {
      cwd: this.folder, env: { ...process.env, ...this.env }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exit = once(this.process, 'close').then(([code, signal]) => {
      this.ended = { code, signal };
      return this.ended;
    });
    this.ended = undefined;
    this.process.stdout.setEncoding('utf8').on('data', (text) => { this.stdout += text; });
    this.process.stderr.setEncoding('utf8').on('data', (text) => { this.stderr += text; });
    await eventually('the server is ready', () => {
      if (this.ended) return true;
      return this.stdout.includes('\n');
    }).catch((error) => {
      throw new Error(`${error.message}\n${this.stderr}`);
    });
    if (!this.stdout.includes('\n')) {
      throw new Error(`the server ended with ${JSON.stringify(this.ended)}: ${this.stderr}`);
    }
    this.ready = JSON.parse(this.stdout);
  }

  // A client of this server, closed with it. The project is demo unless named otherwise.
  connect(credentials = {}, options) {
    const client = new Client(this.ready.grpc, { project: 'demo', ...credentials }, options);
    this.clients.push(client);
    return client;
  }

  // The API key that may do everything; other ones by their names in config.mjs.
  key(name = 'backend', project = 'demo') {
    return this.connect({ key: keys[name], project });
  }

  // A user, with more claims if given, e.g. { teams: ['red'] }.
  user(id, claims = {}, project = 'demo') {
    return this.connect({ token: mintToken({ sub: id, ...claims }, { secret: jwtSecret }),
                          project });
  }

  guest(project = 'demo') {
    return this.connect({ project });
  }

  // GET on the admin port: { status, type, text }.
  async admin(where) {
    const response = await fetch(`http://${this.ready.metrics}${where}`);
    return { status: response.status, type: response.headers.get('content-type'),
             text: await response.text() };
  }

  // The value of one sample on /metrics; undefined when there is none.
  async metric(sample) {
    const { text } = await this.admin('/metrics');
    const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
    return line && Number(line.slice(sample.length + 1));
  }

  // Sends SIGHUP and waits until the server has said what came of it. Answers the log line.
  async reload(says = 'configuration reloaded') {
    const from = this.stderr.length;
    this.signal('SIGHUP');
    const lines = () => this.stderr.slice(from).split('\n').filter((line) => line.includes(says));
    return eventually(`'${says}' in the log`, () => lines()[0]).catch((error) => {
      throw new Error(`${error.message}\n${this.stderr.slice(from)}`);
    });
  }

  signal(name) {
    this.process.kill(name);
  }

  // Asks it to stop, and answers how it ended.
  async stop(signal = 'SIGTERM') {
    this.signal(signal);
    return this.exited();
  }

  // Waits for the end of the process and answers { code, signal }.
  async exited(timeout = patience) {
    await eventually('the server ends', () => this.ended, { timeout });
    return this.ended;
  }

  // Pulls the plug.
  async kill() {
    this.closeClients();
    if (this.process && !this.ended) {
      this.process.kill('SIGKILL');
      await this.exit;
    }
  }

  async restart() {
    await this.kill();
    await this.start();
  }

  closeClients() {
    for (const client of this.clients.splice(0)) client.close();
  }

  dispose() {
    return this.kill();
  }
}
