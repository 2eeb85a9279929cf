// The alerts on paper: the files are right, each alert is tried with series that must raise it and
// with series that must not, and those tests would notice an alert that is wrong.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { deployFolder, parse, problemsOf } from '../integration/support/manifests.mjs';
import { run, withFolder } from '../integration/support/server.mjs';
import { alerts, alertsFolder, promtool, rulesFile, rulesText, withExpression } from
  './support/rules.mjs';

const testsFolder = path.join(alertsFolder, 'tests');
const testFiles = (await fs.readdir(testsFolder)).filter((name) => name.endsWith('.yaml'));

// The cases of a unit test file, each as { alert, fires, text }.
function casesOf(text) {
  return text.split(/^ {2}- (?=name:)/m).slice(1).map((block) => {
    const [, alert] = /alertname: (\S+)/.exec(block);
    return { alert, fires: !/exp_alerts: \[\]/.test(block), text: block };
  });
}

const cases = (await Promise.all(testFiles.map(async (name) => casesOf(
  await fs.readFile(path.join(testsFolder, name), 'utf8'))))).flat();

// Runs the cases of one alert against other rules; answers promtool's exit code.
async function judge(folder, name, rules, fires) {
  const body = cases.filter((each) => each.alert === name && each.fires === fires)
    .map(({ text }) => `  - ${text}`).join('');
  await fs.writeFile(path.join(folder, 'rules.yaml'), rules);
  const file = path.join(folder, 'test.yaml');
  await fs.writeFile(file, `rule_files: [rules.yaml]\nevaluation_interval: 1m\ntests:\n${body}`);
  return (await promtool('test', 'rules', file)).code;
}

test('alerts', async (t) => {
  await t.test('the rules are rules', async () => {
    const { code, output } = await promtool('check', 'rules', rulesFile);
    assert.equal(code, 0, output);
    assert.ok(alerts.length >= 20, `${alerts.length} alerts`);
    assert.equal(new Set(alerts.map(({ name }) => name)).size, alerts.length, 'names are unique');
  });

  await t.test('each has a severity, a summary, a description and a runbook entry', () => {
    for (const { name, text } of alerts) {
      assert.match(text, /labels: \{ severity: (critical|warning) \}/, name);
      assert.match(text, /summary: \S/, name);
      assert.match(text, /description: \S/, name);
      const anchor = name.toLowerCase();
      assert.ok(text.includes(`runbook_url: deploy/runbook.md#${anchor}\n`), name);
    }
  });

  await t.test('the rules of the operator are the same', async () => {
    const { code, stdout, stderr } = await run(path.join(alertsFolder, 'wrap.sh'), []);
    assert.equal(code, 0, stderr);
    const file = path.join(deployFolder, 'components/monitoring/prometheusrule.yaml');
    assert.equal(await fs.readFile(file, 'utf8'), stdout, `run deploy/alerts/wrap.sh >${file}`);
    const [rule] = parse(stdout);
    assert.deepEqual(problemsOf(rule), []);
    assert.deepEqual(rule.spec, parse(rulesText)[0]);
  });

  await t.test('the unit tests pass', async () => {
    const { code, output } = await promtool(
      'test', 'rules', ...testFiles.map((name) => path.join(testsFolder, name)));
    assert.equal(code, 0, output);
  });

  for (const { name } of alerts) {
    await t.test(`${name} is tried both ways, and either would be noticed`, () => withFolder(
      async (folder) => {
        for (const fires of [true, false]) {
          assert.ok(cases.some((each) => each.alert === name && each.fires === fires),
                    `deploy/alerts/tests has no test with exp_alerts ${fires ? '' : 'empty'}`);
        }
        assert.equal(await judge(folder, name, rulesText, true), 0);
        const never = withExpression(name, 'vector(1) > 2');
        assert.notEqual(await judge(folder, name, never, true), 0,
                        'an alert that never fires passes');
        const always = withExpression(name, 'vector(1)').replace(/^ {8}for: .*\n/gm, '');
        assert.notEqual(await judge(folder, name, always, false), 0,
                        'an alert that always fires passes');
      }));
  }

  await t.test('no test is of an alert that is gone', () => {
    for (const { alert } of cases) assert.ok(alerts.some(({ name }) => name === alert), alert);
  });
});
