// Rules: the alerts as text. Few enough forms occur that no YAML library is needed; promtool says
// whether the files are right.
import fs from 'node:fs/promises';
import path from 'node:path';

import { repository } from '../../integration/support/environment.mjs';
import { run } from '../../integration/support/server.mjs';

export const alertsFolder = path.join(repository, 'deploy/alerts');
export const rulesFile = path.join(alertsFolder, 'presences.yaml');
export const rulesText = await fs.readFile(rulesFile, 'utf8');

// Every rule as { kind: 'alert' | 'record', name, text, expr }, in order.
export const rules = rulesText.split(/^ {6}- (?=alert|record)/m).slice(1).map((block) => {
  const text = block.split(/^ {2}- name:/m)[0];
  const [, kind, name] = /^(alert|record): (\S+)/.exec(text);
  const [, expr] = /^ {8}expr:(?: >-)?([^]*?)(?=^ {8}\w+:)/m.exec(text);
  return { kind, name, text, expr: expr.replace(/\s+/g, ' ').trim() };
});
export const alerts = rules.filter(({ kind }) => kind === 'alert');

// The rules with another expression for one alert.
export function withExpression(name, expr) {
  const { text } = alerts.find((alert) => alert.name === name);
  const changed = text.replace(/^ {8}expr:(?: >-)?[^]*?(?=^ {8}\w+:)/m, `        expr: ${expr}\n`);
  return rulesText.replace(text, changed);
}

// The rules with every duration divided by 60: minutes become seconds, so that a test can wait.
export function inSeconds(text) {
  const smaller = (amount, unit) => `${Math.max(1, Math.round(
    Number(amount) * { s: 1 / 60, m: 1, h: 60 }[unit]))}s`;
  return text
    .replace(/\[(\d+)([smh])\]/g, (_, amount, unit) => `[${smaller(amount, unit)}]`)
    .replace(/\b(offset|for:) (\d+)([smh])\b/g,
             (_, word, amount, unit) => `${word} ${smaller(amount, unit)}`);
}

// Runs promtool and answers { code, output }.
export async function promtool(...args) {
  try {
    const { code, stdout, stderr } = await run('promtool', args);
    return { code, output: stdout + stderr };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new Error('promtool is missing: tests/run.sh installs it (Debian package prometheus)');
  }
}
