// presencectl on a terminal: the live table, its keys, and the terminal as it was before.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';

import { config } from './support/config.mjs';
import { ctl, environment, json } from './support/ctl.mjs';
import { presencectl } from './support/environment.mjs';
import { eventually } from './support/eventually.mjs';
import { run, withServer } from './support/server.mjs';
import { onTerminal } from './support/terminal.mjs';

const esc = '\x1b';

function put(server, id, ...more) {
  return json(server, ['upsert', id, `--user=${id}`, '--status=online', '--ttl=1h', ...more]);
}

// The command `presencectl args` on a terminal, with the credentials of `server`.
function watching(server, args, options, body) {
  return onTerminal([presencectl, ...args],
                    { ...options, env: { ...environment(server), ...options.env } }, body);
}

test('the live table', async (t) => withServer(config(), async (server) => {
  for (const id of ['ann', 'bob', 'eve']) await put(server, id);

  await t.test('follows what happens, and gives the terminal back', async () => {
    await watching(server, ['watch'], { after: 'stty -a' }, async (terminal) => {
      const lines = await terminal.shows(/^live {2}3 present/);
      assert.match(lines[2], /^ID +USER +STATUS +EXPIRES/);
      assert.match(lines[3], /^ann +ann +online +in (1h0m|59m\d+s)/);
      await put(server, 'cid');
      await terminal.shows(/^cid +cid /);
      assert.ok(terminal.output.includes(`${esc}[1;32mcid`), 'what is new is green');
      await ctl(server, ['delete', 'cid']);
      await terminal.shows(/^cid .*deleted/);
      await eventually('it leaves the screen',
                       () => !terminal.screen().some((line) => line.startsWith('cid')));
      terminal.type('q');
      assert.equal(await terminal.ended(), 0);
      assert.match(terminal.output, /\x1b\[\?25h\x1b\[\?1049l/);
      await eventually('the terminal is as before',
                       () => / icanon /.test(terminal.output) && / echo /.test(terminal.output));
    });
  });

  await t.test('ends with every key and signal that should end it', async () => {
    for (const key of ['q', '\x03', esc]) {
      await watching(server, ['watch'], {}, async (terminal) => {
        await terminal.shows(/^live/);
        terminal.type(key);
        assert.equal(await terminal.ended(), 0, JSON.stringify(key));
        assert.equal(terminal.screen(), undefined);
      });
    }
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGABRT']) {
      await watching(server, ['watch'], { after: 'stty -a' }, async (terminal) => {
        await terminal.shows(/^live/);
        terminal.signal(signal);
        const code = await terminal.ended();
        assert.equal(code, signal === 'SIGABRT' ? 134 : 0, signal);
        assert.equal(terminal.screen(), undefined, signal);
        await eventually('the terminal is as before', () => / icanon /.test(terminal.output));
      });
    }
  });

  await t.test('scrolls, filters and fits the window', async () => {
    await watching(server, ['watch', '--filter=userId!=bob'], { rows: 5 }, async (terminal) => {
      const lines = await terminal.shows(/^rows 1-1 of 2/);
      assert.match(lines[3], /^ann/);
      terminal.type(`${esc}[B`);
      await terminal.shows(/^eve/);
      terminal.type('g');
      await terminal.shows(/^ann/);
      await terminal.resize(10, 30);
      const wide = await terminal.shows(/^q quits/);
      assert.ok(wide.every((line) => line.length <= 30), JSON.stringify(wide));
      assert.equal(wide.length, 10);
      terminal.type('q');
      assert.equal(await terminal.ended(), 0);
    });
  });

  await t.test('shows hostile text and nothing of what it asks for', async () => {
    await json(server, ['upsert', 'evil', '--user=u', '--ttl=1h',
                        `--status=${esc}[2J${esc}]0;owned\x07\u009b31m\u202egnp`]);
    await watching(server, ['watch'], {}, async (terminal) => {
      await terminal.shows(/^evil +u +\?\[2J\?\]0;owned/);
      const drawn = terminal.output.slice(terminal.output.indexOf(`${esc}[?1049h`));
      assert.doesNotMatch(drawn, /\x1b\[2J|\x1b\]|\x07|\u009b|\u202e/);
      terminal.type('q');
      await terminal.ended();
    });
    await ctl(server, ['delete', 'evil']);
  });

  await t.test('with and without colours', async () => {
    const colours = /\x1b\[[0-9;]*3[0-7]m/;
    for (const [args, env, wanted] of [
      [[], {}, true], [[], { NO_COLOR: '1' }, false], [['--color=never'], {}, false],
      [['--color=always'], { NO_COLOR: '1' }, true],
    ]) {
      await watching(server, ['watch', ...args], { env }, async (terminal) => {
        await terminal.shows(/^live/);
        terminal.type('q');
        await terminal.ended();
        assert.equal(colours.test(terminal.output), wanted, JSON.stringify([args, env]));
      });
    }
    await watching(server, ['watch', '--until=current'], { env: { TERM: 'dumb' } },
                   async (terminal) => {
      assert.equal(await terminal.ended(), 0);
      assert.match(terminal.output, /UPSERTED ann of ann: online, ends in/);
      assert.ok(!terminal.output.includes(esc), 'no commands for a terminal that knows none');
    });
  });

  await t.test('an end that was asked for leaves the table', async () => {
    await watching(server, ['watch', '--until=current'], {}, async (terminal) => {
      assert.equal(await terminal.ended(), 0);
      assert.match(terminal.output, /\x1b\[\?1049l[^]*eve +eve +online[^]*3 of 3/);
    });
  });
}));

test('the live table outlives its server', async () => {
  await withServer(config(), async (server) => {
    const address = server.ready.grpc;
    await server.writeConfig(config({ server: { grpc: { address } } }));
    await put(server, 'ann');
    await watching(server, ['watch', '--retry_for=forever'], {}, async (terminal) => {
      await terminal.shows(/^live {2}1 present/);
      await server.kill();
      await terminal.shows(/^reconnecting/);
      assert.match(terminal.screen()[3], /^ann/);
      await server.start();  // with nothing in its memory
      await terminal.shows(/^live {2}0 present .* reconnects/);
      terminal.type('q');
      assert.equal(await terminal.ended(), 0);
    });
    await server.kill();
    await watching(server, ['watch', '--retry_for=100ms'], {}, async (terminal) => {
      assert.equal(await terminal.ended(), 3);
      assert.match(terminal.output, /\x1b\[\?1049l[^]*error: cannot reach .*nothing listens there/s);
    });
  });
});

test('a reader that leaves ends the watch at once', async () => withServer(config(), async (server) => {
  const child = spawn(presencectl, ['watch'], {
    env: { ...process.env, ...environment(server) }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    await once(child.stdout, 'data');
    const closed = once(child, 'close');
    child.stdout.destroy();  // no event comes after this
    const [code, signal] = await closed;
    assert.deepEqual([code, signal], [0, null]);
  } finally {
    child.kill('SIGKILL');
  }
}));

test('an answer that cannot be written is told', async () => withServer(config(), async (server) => {
  const { code, stderr } = await run('sh', ['-c', `${presencectl} list >/dev/full`],
                                     { env: environment(server) });
  assert.equal(code, 1);
  assert.match(stderr, /could not be written/);
}));
