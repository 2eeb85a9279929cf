// The README's tour, example and configuration: what a newcomer copies works as it stands there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { googleapis, presencectl, presenced, repository } from './support/environment.mjs';
import { eventually } from './support/eventually.mjs';
import { run, Server, withFolder } from './support/server.mjs';

const readme = await fs.readFile(path.join(repository, 'README.md'), 'utf8');

// The fenced blocks whose opening line is ```INFO, as { info, text }.
function blocks(...infos) {
  return [...readme.matchAll(/^```(.+)\n([^]*?)^```$/gm)]
    .map(([, info, text]) => ({ info, text })).filter(({ info }) => infos.includes(info));
}

// A server as the tour wants it: --dev, with its data in ./presences-data of `folder`.
async function withTourServer(body) {
  await withFolder(async (folder) => {
    const args = ['--dev', ...['grpc', 'http', 'metrics'].map(
      (name) => `--${name}_address=127.0.0.1:0`)];
    const server = new Server(folder, { args });
    try {
      await server.start();
      await body(server, {
        PATH: `${path.dirname(presencectl)}:${process.env.PATH}`,
        PRESENCES_ENDPOINT: server.ready.grpc,
      });
    } finally {
      await server.dispose();
    }
  });
}

test('readme', async (t) => {
  await t.test('the tour', () => withTourServer(async (server, environment) => {
    // One shell for all of it, as a reader has; the environment goes from block to block.
    const tour = blocks('sh tour', 'sh tour after-restart');
    assert.ok(tour.length >= 6 && tour.some(({ info }) => info.includes('after-restart')));
    let env = environment;
    let shown = '';
    for (const { info, text } of tour) {
      if (info.includes('after-restart')) {
        await server.restart();
        env = { ...env, PRESENCES_ENDPOINT: server.ready.grpc };
      }
      const script = `set -e\n${text}\nenv -0 >.environment\n`;
      const { code, stdout, stderr } = await run('bash', ['-c', script],
                                                 { env, cwd: server.folder });
      assert.equal(code, 0, `${text}\n${stdout}${stderr}`);
      shown += stdout;
      const after = await fs.readFile(path.join(server.folder, '.environment'), 'utf8');
      env = Object.fromEntries(after.split('\0').filter(Boolean).map(
        (line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    }
    assert.match(shown, /"event":"current"/);
    assert.match(shown, /"type":"EXPIRED".*bob-phone/);
    assert.match(shown, /refused, as it should be/);
    assert.match(shown, /alice-tab +alice +editing/);
    // The sample output is what is shown, but for the times.
    const bare = (text) => text.replace(/\d+/g, '0').replace(/ +/g, ' ').trim();
    for (const line of blocks('text').flatMap(({ text }) => text.trim().split('\n'))) {
      assert.ok(bare(shown).includes(bare(line)), `'${line}' is not in\n${shown}`);
    }
  }));

  await t.test('the example', () => withTourServer(async (server, environment) => {
    const [{ text }] = blocks('js example');
    const file = path.join(server.folder, 'example.mjs');
    await fs.writeFile(file, text);
    await fs.symlink(path.join(repository, 'tests/node_modules'),
                     path.join(server.folder, 'node_modules'));
    await fs.symlink(path.join(repository, 'proto'), path.join(server.folder, 'proto'));
    const key = await fs.readFile(path.join(server.folder, 'presences-data/dev-api-key'), 'utf8');
    const example = spawn(process.execPath, [file], { cwd: server.folder, env: {
      ...environment, GOOGLEAPIS: googleapis, PRESENCES_KEY: key.trim() } });
    let shown = '';
    for (const stream of [example.stdout, example.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => { shown += chunk; });
    }
    try {
      await eventually('carol arrives', () =>
        shown.includes('TYPE_UPSERTED carol-desktop now here: 1') || example.exitCode !== null);
      assert.equal(example.exitCode, null, shown);
      const admin = server.connect({ key: key.trim() });
      await admin.update('carol-desktop', { status: 'away' });
      await eventually('carol is seen off', () =>
        shown.includes('TYPE_REMOVED carol-desktop now here: 0'));
    } finally {
      example.kill();
    }
  }));

  await t.test('the configuration', () => withFolder(async (folder) => {
    const [{ text }] = blocks('yaml config');
    const file = path.join(folder, 'presences.yaml');
    await fs.writeFile(file, text);
    const env = { KEY_SHA256: 'a'.repeat(64), JWT_SECRET: 'x'.repeat(40) };
    const { code, stderr } = await run(presenced, [`--config=${file}`, '--check_config'], { env });
    assert.equal(code, 0, stderr);
  }));

  await t.test('every link leads somewhere', async () => {
    for (const name of ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md']) {
      const text = await fs.readFile(path.join(repository, name), 'utf8');
      for (const [, target] of text.matchAll(/\]\(([^)#]+)\)/g)) {
        if (target.startsWith('https://')) continue;
        await fs.access(path.join(repository, target)).catch(() =>
          assert.fail(`${name} links to ${target}, which is not there`));
      }
    }
  });
});
