// Terminal: a command on a pseudo terminal of its own (util-linux's script), and what its screen
// shows.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { eventually } from './eventually.mjs';
import { run } from './server.mjs';

const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;

export class Terminal {
  constructor(words, { env = {}, rows = 12, columns = 100, after = '' } = {}) {
    this.rows = rows;
    this.output = '';
    // The first lines tell the terminal, for resize, and the process, for signals. Ctrl-C reaches
    // this shell too, and must not end it before it has told the code of the command.
    const command = `trap : INT; tty; stty rows ${rows} cols ${columns}; ` +
      `sh -c 'echo pid=$$; exec "$0" "$@"' ${words.map(quoted).join(' ')}; ` +
      `echo "code=$?"; ${after}`;
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', 'script', '-qefc', command,
                                     '/dev/null'],
                         { env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm',
                                  NO_COLOR: '', ...env } });
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

  // The lines of the latest picture that has arrived whole; undefined when there is none, and when
  // the table has left the terminal. A picture begins at home, writes every line anew, and ends with
  // the styled line of keys.
  screen() {
    const begin = this.output.lastIndexOf('\x1b[?1049h');
    if (begin < 0 || this.output.includes('\x1b[?1049l', begin)) return undefined;
    const pictures = this.output.slice(begin).split('\x1b[H').slice(1)
      .map((text) => ({ text, lines: text.split(/\r+\n/) }));  // the terminal puts \r before \n
    const whole = pictures.filter(({ text, lines }) =>
      lines.length === this.rows && text.endsWith('\x1b[m'));
    return whole.at(-1)?.lines.map((line) => line.replace(/\x1b\[[0-9;]*[A-Za-z]/g, ''));
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
