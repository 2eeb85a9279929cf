// presencectl against a server of a test: one command to its end, or one that keeps running.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';

import { keys } from './config.mjs';
import { presencectl } from './environment.mjs';
import { eventually } from './eventually.mjs';
import { run } from './server.mjs';

export const environment = (server, more = {}) => ({
  PRESENCES_ENDPOINT: server.ready.grpc, PRESENCES_PROJECT: 'demo',
  PRESENCES_KEY: keys.backend, PRESENCES_TOKEN: '', ...more,
});

// Runs one command to its end: { code, stdout, stderr }.
export function ctl(server, args, { env, input } = {}) {
  return run(presencectl, args, { env: environment(server, env), input });
}

// The one JSON value that a command which must succeed prints.
export async function json(server, args, options) {
  const { code, stdout, stderr } = await ctl(server, args, options);
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

// A command that keeps running, with the JSON lines it has printed.
class Running {
  constructor(server, args) {
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', presencectl, ...args],
                         { env: { ...process.env, ...environment(server) } });
    this.lines = [];
    this.stderr = '';
    readline.createInterface({ input: this.process.stdout })
      .on('line', (line) => this.lines.push(JSON.parse(line)));
    this.process.stderr.setEncoding('utf8').on('data', (text) => { this.stderr += text; });
    this.closed = once(this.process, 'close').then(([code]) => code);
  }

  // Waits for a line that `fits`.
  line(what, fits) {
    return eventually(what, () => this.lines.find(fits)).catch((error) => {
      throw new Error(`${error.message}\n${JSON.stringify(this.lines)}\n${this.stderr}`);
    });
  }

  change(type, id) {
    return this.line(`${type} of ${id}`,
                     (line) => line.type === type && line.presence.$id === id);
  }
}

export async function running(server, args, body) {
  const command = new Running(server, args);
  try {
    return await body(command);
  } finally {
    command.process.kill('SIGKILL');
    await command.closed;
  }
}
