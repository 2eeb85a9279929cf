// Prometheus: the real one, reading the servers of a test every second. It judges what PromQL
// means, so that no test has to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';

import { eventually } from '../../integration/support/eventually.mjs';
import { withFolder } from '../../integration/support/server.mjs';

// Runs `body` with a Prometheus that knows `rules`, the text of a rule file.
export function withPrometheus(rules, body) {
  return withFolder(async (folder) => {
    const prometheus = new Prometheus(folder);
    try {
      await prometheus.start(rules);
      return await body(prometheus);
    } finally {
      await prometheus.stop();
    }
  });
}

export class Prometheus {
  constructor(folder) {
    this.folder = folder;
    this.targets = new Map();  // instance → { address, job }
  }

  async start(rules) {
    const file = (name) => path.join(this.folder, name);
    await fs.writeFile(file('rules.yaml'), rules);
    await this.#writeTargets();
    await fs.writeFile(file('prometheus.yaml'), JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yaml'],
      scrape_configs: [{ job_name: 'presences', file_sd_configs: [
        { files: ['targets.json'], refresh_interval: '1s' }] }],
    }));
    this.log = '';
    // Should this test be killed, it goes too.
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', 'prometheus',
      `--config.file=${file('prometheus.yaml')}`, `--storage.tsdb.path=${file('data')}`,
      '--web.listen-address=127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.exit = once(this.process, 'close').then(() => { this.ended = true; });
    this.process.stderr.setEncoding('utf8').on('data', (text) => { this.log += text; });
    await eventually('Prometheus listens', () => {
      this.url = /msg="Listening on" address=(\S+)/.exec(this.log)?.[1];
      if (this.ended) throw new Error(this.log);
      return this.url && this.log.includes('Server is ready');
    });
  }

  // Reads this server from now on, whatever its port, under a name that outlives restarts.
  async watch(instance, server, { job = 'presences' } = {}) {
    this.targets.set(instance, { address: server.ready.metrics, job });
    await this.#writeTargets();
  }

  // One after another, and each in one step: it must not read half of it.
  #writeTargets() {
    this.written = (this.written ?? Promise.resolve()).then(async () => {
      const groups = [...this.targets].map(([instance, { address, job }]) => (
        { targets: [address], labels: { instance, job } }));
      const file = path.join(this.folder, 'targets.json');
      await fs.writeFile(`${file}.new`, JSON.stringify(groups));
      await fs.rename(`${file}.new`, file);
    });
    return this.written;
  }

  // The result of an expression: [{ metric, value: [time, text] }]; throws when it is none.
  async query(expression) {
    const response = await fetch(`http://${this.url}/api/v1/query`, {
      method: 'POST', body: new URLSearchParams({ query: expression }) });
    const { status, error, data } = await response.json();
    if (status !== 'success') throw new Error(`${expression}: ${error}`);
    return data.resultType === 'scalar' ? [{ metric: {}, value: data.result }] : data.result;
  }

  // The alerts that fire, as { name, instance, … their other labels, annotations }.
  async firing() {
    const response = await fetch(`http://${this.url}/api/v1/alerts`);
    const { data } = await response.json();
    return data.alerts.filter(({ state }) => state === 'firing')
      .map(({ labels, annotations }) => ({ ...labels, name: labels.alertname, annotations }));
  }

  // Waits until `instance` has been read once more.
  async read(instance) {
    const last = async () => {
      const [sample] = await this.query(`timestamp(up{instance="${instance}"})`);
      return Number(sample?.value[1] ?? 0);
    };
    const before = await last();
    return eventually(`a reading of ${instance}`, async () => await last() > before &&
      (await this.query(`up{instance="${instance}"} == 1`)).length > 0, { every: 50 });
  }

  async stop() {
    if (!this.process || this.ended) return;
    this.process.kill('SIGKILL');
    await this.exit;
  }
}
