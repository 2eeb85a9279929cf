// presencectl bench: every workload against a real server, and nothing left behind.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { config, jwtSecret, project } from './support/config.mjs';
import { ctl, environment, json, running } from './support/ctl.mjs';
import { presencectl } from './support/environment.mjs';
import { eventually } from './support/eventually.mjs';
import { withServer } from './support/server.mjs';
import { onTerminal } from './support/terminal.mjs';
import { mintToken } from './support/tokens.mjs';

const small = ['--duration=300ms', '--in_flight=4', '--records=20'];

function checkOperation(name, { calls, callsPerSecond, latencyMicros, errors }) {
  const { p50, p90, p99, p99_9: p999, max } = latencyMicros;
  assert.ok(calls > 0 && callsPerSecond > 0, `${name}: ${calls} calls`);
  assert.ok(p50 > 0 && p50 <= p90 && p90 <= p99 && p99 <= p999 && p999 <= max,
            `${name}: ${JSON.stringify(latencyMicros)}`);
  assert.deepEqual(errors, {}, name);
}

test('bench', async (t) => withServer(config(), async (server) => {
  const left = async () => (await json(server, ['count'])).total;

  for (const [workload, operations] of [
    ['upsert', ['upsert']], ['batch', ['batch']], ['get', ['get']], ['list', ['list']],
    ['mixed', ['get', 'list', 'upsert']], ['watch', ['delivery', 'upsert']], ['hold', ['hold']],
  ]) {
    await t.test(workload, async () => {
      const report = await json(server, ['bench', `--workload=${workload}`, '--watchers=3',
                                         '--connections=2', ...small]);
      assert.deepEqual(Object.keys(report.operations).sort(), operations);
      for (const name of operations) checkOperation(name, report.operations[name]);
      const { delivery, upsert } = report.operations;
      if (delivery) assert.equal(delivery.calls, 3 * upsert.calls);
      assert.equal(report.interrupted, false);
      await eventually('nothing is left', async () => await left() === 0);
    });
  }

  await t.test('a rate is kept, and the report goes to a file, too', async () => {
    const file = path.join(server.folder, 'report.json');
    const { code, stdout } = await ctl(server, [
      'bench', '--rate=100', '--duration=500ms', '--output=table', `--report=${file}`]);
    assert.equal(code, 0);
    assert.match(stdout, /^OPERATION +CALLS +PER SECOND +P50 .*P99\.9 +MAX +ERRORS\nupsert +50 /);
    const report = JSON.parse(await fs.readFile(file, 'utf8'));
    assert.equal(report.operations.upsert.calls, 50);
    assert.equal(report.rate, 100);
  });

  await t.test('Ctrl-C ends it with a report and without records', async () => {
    await running(server, ['bench', '--workload=get', '--duration=1m'], async (bench) => {
      await eventually('it has begun', async () => await left() > 0);
      bench.process.kill('SIGINT');
      assert.equal(await bench.closed, 130, bench.stderr);
      const report = bench.lines[0];
      assert.equal(report.interrupted, true);
      assert.equal(report.removed, 1000);
      assert.equal(await left(), 0);
    });
  });

  await t.test('--keep leaves them, a user can do it, too', async () => {
    const env = { PRESENCES_KEY: '',
                  PRESENCES_TOKEN: mintToken({ sub: 'ann' }, { secret: jwtSecret }) };
    const report = await json(server, ['bench', ...small], { env });
    checkOperation('upsert', report.operations.upsert);
    assert.equal(await left(), 0);
    assert.equal((await json(server, ['bench', '--keep', ...small])).removed, 0);
    assert.equal(await left(), 20);
  });

  await t.test('shows on a terminal how far it is', async () => {
    await onTerminal([presencectl, 'bench', '--duration=700ms'], { env: environment(server) },
                     async (terminal) => {
      assert.equal(await terminal.ended(), 0);
      assert.match(terminal.output, /\[=* *\] \d of 1 s {2}\d+ calls .*p99/);
      assert.match(terminal.output, /OPERATION +CALLS/);
    });
  });

  await t.test('what makes no sense ends before it begins', async () => {
    const cases = [
      [['--workload=nonsense'], {}, 2, /--workload/],
      [['--duration=5'], {}, 2, /write e\.g\. 90s/],
      [['--report=/nonexistent/file'], {}, 2, /--report: cannot write/],
      [small, { PRESENCES_KEY: 'wrong' }, 1, /hint: .*PRESENCES_KEY/],
      [small, { PRESENCES_ENDPOINT: '127.0.0.1:1' }, 3, /cannot reach/],
    ];
    for (const [args, env, exit, text] of cases) {
      const { code, stderr, stdout } = await ctl(server, ['bench', ...args], { env });
      assert.equal(code, exit, stderr);
      assert.match(stderr, text);
      assert.equal(stdout, '');
    }
  });
}));

test('bench counts refusals by their reason', async () => {
  const limits = { writes_per_second: 20 };
  await withServer(config({ projects: [project('demo', { limits })] }), async (server) => {
    const { code, stdout } = await ctl(server, ['bench', '--workload=upsert', ...small]);
    assert.equal(code, 1);
    const { errors } = JSON.parse(stdout).operations.upsert;
    assert.ok(errors.GENERAL_RATE_LIMIT_EXCEEDED > 0, JSON.stringify(errors));
  });
});
