// What presencectl says about itself: completion as a shell runs it, the man page as man shows it,
// and docs/presencectl.md. All of it is made from the flags as they are.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { presencectl, repository } from './support/environment.mjs';
import { run, withFolder } from './support/server.mjs';

const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const unless = (program) => ({ skip: has(program) ? false : `${program} is not installed` });

async function said(...args) {
  const { code, stdout, stderr } = await run(presencectl, args);
  assert.equal(code, 0, stderr);
  return stdout;
}

// Every command that does something, with its flags, as --help tells them.
async function commands() {
  const found = [];
  const help = async (words) => {
    const text = await said(...words, '--help');
    const below = text.match(/^Subcommands:\n([^]*?)(\n\n|$(?![^]))/m);
    const flags = [...text.matchAll(/^ {2}(?:-\w,)?(--\w+)/gm)].map(([, flag]) => flag);
    found.push({ words, flags });
    for (const [, name] of below?.[1].matchAll(/^ {2}(\w+)/gm) ?? []) await help([...words, name]);
  };
  await help([]);
  return found;
}

test('completion', async (t) => {
  const script = await said('completion', 'bash');

  // What bash offers at the end of these words; the last one is being written. Bash itself has
  // split --flag=value at the sign.
  async function offered(...words) {
    const { code, stdout, stderr } = await run('bash', ['-c', `
      eval "$(cat)"
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _presencectl
      printf '%s\\n' "\${COMPREPLY[@]}"`, 'bash', 'presencectl', ...words], { input: script });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    return stdout.split('\n').filter(Boolean);
  }

  await t.test('bash', async () => {
    assert.deepEqual(await offered('up'), ['upsert', 'update']);
    assert.deepEqual(await offered('token', ''), ['mint', 'inspect']);
    assert.deepEqual(await offered('completion', ''), ['bash', 'zsh', 'fish']);
    assert.deepEqual(await offered('watch', '--unt'), ['--until=']);
    assert.deepEqual(await offered('list', '--output', '=', ''), ['table', 'json']);
    assert.deepEqual(await offered('list', '--output', '=', 'j'), ['json']);
    assert.deepEqual(await offered('bench', '--workload', 'mi'), ['mixed']);
    assert.deepEqual(await offered('bench', '--workload=mi'), ['--workload=mixed']);
    // Shared flags go before the command, too, and their values are no commands.
    assert.deepEqual(await offered('--project', 'get', 'token', 'm'), ['mint']);
    assert.deepEqual(await offered('--endpoint', '=', 'h:1', 'del'), ['delete']);
    assert.ok((await offered('upsert', '--')).includes('--endpoint='));
    assert.deepEqual(await offered('upsert', '--status', '=', 'x'), []);
  });

  await t.test('bash offers every command and flag', async () => {
    for (const { words, flags } of await commands()) {
      const offers = await offered(...words, '--');
      for (const flag of flags) {
        assert.ok(offers.includes(flag) || offers.includes(`${flag}=`), `${words} ${flag}`);
      }
    }
  });

  await t.test('bash offers files', async () => withFolder(async (folder) => {
    await fs.writeFile(path.join(folder, 'people.ndjson'), '');
    assert.deepEqual(await offered('import', path.join(folder, 'pe')),
                     [path.join(folder, 'people.ndjson')]);
    assert.deepEqual(await offered('list', '--tls_ca', '=', path.join(folder, 'pe')),
                     [path.join(folder, 'people.ndjson')]);
  }));

  await t.test('zsh', unless('zsh'), async () => {
    const { code, stderr } = await run('zsh', ['-n'], { input: await said('completion', 'zsh') });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
  });

  await t.test('fish', unless('fish'), async () => {
    const { code, stdout, stderr } = await run('fish', ['-c', `cat | source
      for line in up 'token ' 'bench --workload=mi' 'list --end'
        complete -C "presencectl $line"
      end`], { input: await said('completion', 'fish') });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    for (const word of ['upsert', 'update', 'mint', 'inspect', '--workload=mixed', '--endpoint']) {
      assert.match(stdout, new RegExp(`^${word}`, 'm'));
    }
  });
});

test('the man page', async (t) => {
  const page = await said('man');

  async function rendered(program, args) {
    const { code, stdout, stderr } = await run(program, args, {
      input: page, env: { MANWIDTH: '100', MAN_KEEP_FORMATTING: '', LC_ALL: 'C.UTF-8' } });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '', 'no warnings');
    return stdout.replace(/.\x08/g, '').replace(/\x1b\[[0-9;]*m/g, '');
  }
  async function check(text) {
    for (const { words, flags } of await commands()) {
      if (words.length && flags.length > 1) {
        assert.match(text, new RegExp(`presencectl ${words.join(' ')} \\[FLAGS\\]`));
      }
      for (const flag of flags) assert.ok(text.includes(flag), `${words} ${flag}`);
    }
    for (const part of ['NAME', 'SYNOPSIS', 'FLAGS', 'COMMANDS', 'EXIT STATUS', 'ENVIRONMENT',
                        'PRESENCES_ENDPOINT']) {
      assert.ok(text.includes(part), part);
    }
  }

  await t.test('groff renders it without a warning', unless('groff'), async () => {
    await check(await rendered('groff', ['-man', '-ww', '-Tutf8', '-P-c']));
  });
  await t.test('man shows it', unless('man'), async () => {
    await check(await rendered('man', ['--warnings', '-l', '-']));
  });
});

test('cmake installs what presencectl says about itself', async () => withFolder(async (folder) => {
  const build = path.dirname(path.dirname(presencectl));
  const { code, stderr } = await run('cmake', ['--install', build, '--component', 'presencectl',
                                               '--prefix', folder]);
  assert.equal(code, 0, stderr);
  for (const [file, ...args] of [
    ['share/man/man1/presencectl.1', 'man'],
    ['share/bash-completion/completions/presencectl', 'completion', 'bash'],
    ['share/zsh/site-functions/_presencectl', 'completion', 'zsh'],
    ['share/fish/vendor_completions.d/presencectl.fish', 'completion', 'fish'],
  ]) {
    assert.equal(await fs.readFile(path.join(folder, file), 'utf8'), await said(...args), file);
  }
  const { stdout } = await run(path.join(folder, 'bin/presencectl'), ['--version']);
  assert.match(stdout, /^presencectl \d/);
}));

test('docs/presencectl.md is what presencectl says', async () => {
  const file = await fs.readFile(path.join(repository, 'docs/presencectl.md'), 'utf8');
  assert.equal(file, await said('man', '--format=markdown'),
               'make it anew: presencectl man --format=markdown >docs/presencectl.md');
  for (const { words, flags } of await commands()) {
    for (const flag of flags) assert.ok(file.includes(`${flag}`), `${words} ${flag}`);
  }
});

test('wrong usage is told with what was meant', async () => {
  for (const [args, text] of [
    [['lsit'], /^error: no command 'lsit' of presencectl; did you mean list\?\nhint: /],
    [['upsert', 'p', '--stauts=x'], /no flag '--stauts' .*did you mean --status\?/],
    [['watch', '--until=never'], /--until: never not in \{current\}/],
    [[], /^error: presencectl needs a command: upsert, get/],
  ]) {
    const { code, stdout, stderr } = await run(presencectl, args);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, text);
  }
});
