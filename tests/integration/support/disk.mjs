// Disk: one that is full when a test wants it to be. `wrapper` is for the server that writes to it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { run } from './server.mjs';

const execute = promisify(execFile);

// A disk of 16 MB for the server alone: a tmpfs in a mount namespace of its own, which goes with
// the process. Others reach it through /proc.
export const tinyDisk = {
  wrapper: ['unshare', '--map-root-user', '--mount', '--propagation', 'private', 'sh', '-c',
            'mkdir -p data && mount -t tmpfs -o size=16m none data && exec "$@"', 'sh'],
  ballast: (server) => path.join('/proc', `${server.ready.pid}`, 'root', server.folder, 'data',
                                 'ballast'),
  // Takes up to so many bytes; all that is left when not told how many.
  async fill(server, bytes = Infinity) {
    const file = await fs.open(this.ballast(server), 'a');
    try {
      for (const size of [65_536, 4096]) {
        for (let taken = 0; taken < bytes; taken += size) await file.write(Buffer.alloc(size));
        if (bytes < Infinity) return;
      }
    } catch (error) {
      assert.equal(error.code, 'ENOSPC', error.message);
    } finally {
      await file.close();
    }
  },
  async free(server) {
    await fs.rm(this.ballast(server));
  },
};

// Where nobody may mount: no file may grow. The signal that comes with it is switched off, as a
// full disk sends none.
export const noGrowth = {
  wrapper: ['env', '--ignore-signal=XFSZ'],
  fill: (server) => execute('prlimit', ['--pid', `${server.ready.pid}`, '--fsize=0:unlimited']),
  free: (server) => execute('prlimit', ['--pid', `${server.ready.pid}`, '--fsize=unlimited']),
};

export async function mayMount() {
  const { code } = await run('unshare', ['--map-root-user', '--mount', 'sh', '-c',
                                         'mount -t tmpfs none /mnt']);
  return code === 0;
}
