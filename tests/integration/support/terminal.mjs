// Terminal: a command on a pseudo terminal of its own (util-linux's script), and what its screen
// shows. The screen understands what presencectl writes, and notes every other command.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { eventually } from './eventually.mjs';
import { run } from './server.mjs';

const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;

export class Terminal {
  constructor(words, { env = {}, rows = 12, columns = 100, after = '' } = {}) {
    this.rows = rows;
    this.output = '';
    // The first lines tell the terminal, for resize, and the process, for signals.
    const command = `tty; stty rows ${rows} cols ${columns}; ` +
      `sh -c 'echo pid=$$; exec "$0" "$@"' ${words.map(quoted).join(' ')}; ` +
      `echo "code=$?"; ${after}`;
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', 'script', '-qefc', command,
                                     '/dev/null'],
                         { env: { ...process.env, TERM: 'xterm', NO_COLOR: '', ...env } });
    this.process.stdout.setEncoding('utf8').on('data', (text) => { this.output += text; });
    this.process.stdin.on('error', () => {});
    this.closed = once(this.process, 'close');
  }

  get name() { return this.output.match(/^\S+/)?.[0]; }

  signal(name) { process.kill(Number(this.output.match(/pid=(\d+)/)[1]), name); }

  type(keys) { this.process.stdin.write(keys); }

  async resize(rows, columns) {
    this.rows = rows;
    const { code, stderr } = await run('stty', ['-F', this.name, 'rows', rows, 'cols', columns]
      .map(String));
    if (code !== 0) throw new Error(stderr);
  }

  // The lines of the other screen, as they are now; undefined before it, and behind its end.
  screen() {
    const begin = this.output.lastIndexOf('\x1b[?1049h');
    if (begin < 0 || this.output.includes('\x1b[?1049l', begin)) return undefined;
    const lines = [''];
    let row = 0;
    const text = this.output.slice(begin);
    // The terminal makes \r\n of each \n; the last piece may have been cut.
    for (const [piece] of text.matchAll(/\x1b\[[?0-9;]*[A-Za-z]|\r+\n|[^\x1b\r\n]+|./gs)) {
      if (piece.endsWith('\n')) lines[++row] ??= '';
      else if (piece === '\x1b[H') row = 0;
      else if (piece === '\x1b[K') lines[row] = '';
      else if (piece === '\x1b[J') lines.length = row + 1;
      else if (!piece.startsWith('\x1b')) lines[row] += piece;
    }
    return lines.slice(0, this.rows);
  }

  // Waits for a screen that has a line that fits.
  shows(what) {
    return eventually(`the screen shows ${what}`, () => {
      const lines = this.screen();
      if (lines?.some((line) => what.test(line))) return lines;
      throw new Error(JSON.stringify(lines ?? this.output));
    });
  }

  // Waits for the end of the command and answers its exit code.
  async ended() {
    const [, code] = await eventually('the command ends', () => this.output.match(/code=(\d+)/));
    return Number(code);
  }
}

export async function onTerminal(words, options, body) {
  const terminal = new Terminal(words, options);
  try {
    return await body(terminal);
  } finally {
    terminal.process.kill('SIGKILL');
    await terminal.closed;
  }
}
