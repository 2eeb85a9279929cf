// Builder: builds images with buildah, without Docker and without a registry, in a folder of its
// own. Needs root.
import fs from 'node:fs/promises';
import path from 'node:path';

import { repository } from '../../integration/support/environment.mjs';
import { run } from '../../integration/support/server.mjs';

// Runs a program that must succeed and answers its stdout.
export async function must(program, args, { timeout = 120_000, ...options } = {}) {
  const result = await run(program, args, { timeout, ...options });
  if (result.code === 0) return result.stdout;
  throw new Error(`${program} ${args.join(' ')}\nended with ${result.code ?? result.signal}:\n` +
    (result.stdout + result.stderr).slice(-4000));
}

// Why images cannot be built here; undefined when they can.
export async function obstacle() {
  if (process.getuid() !== 0) return 'it needs root';
  for (const program of ['buildah', 'mmdebstrap', 'runc', 'ccache']) {
    const { code } = await run('sh', ['-c', `command -v ${program}`]);
    if (code !== 0) return `${program} is not installed; tests/run.sh installs it`;
  }
  const { code } = await run('unshare', ['--mount', '--pid', '--net', '--fork', 'true']);
  return code === 0 ? undefined : 'this machine lets nobody make namespaces';
}

export class Builder {
  constructor(folder) {
    this.folder = folder;
  }

  buildah(command, args, options) {
    const storage = ['--root', path.join(this.folder, 'storage'),
                     '--runroot', path.join(this.folder, 'run'), '--storage-driver', 'vfs'];
    const env = { TMPDIR: this.folder };
    return must('buildah', [...storage, command, ...args], { env, ...options });
  }

  // Makes what the Dockerfile starts from: the packages of the published debian:bookworm-slim, and
  // dpkg set up as there.
  async makeBase(name) {
    const tar = path.join(this.folder, 'base.tar');
    const dpkg = ['man', 'locale', 'info', 'doc']
      .map((each) => `path-exclude=/usr/share/${each}/*`);
    dpkg.push('path-include=/usr/share/doc/*/copyright', 'force-unsafe-io');
    await must('mmdebstrap', [
      '--quiet', '--aptopt=Acquire::Retries "3"', '--variant=minbase', '--include=usr-is-merged',
      '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
      ...dpkg.map((option) => `--dpkgopt=${option}`),
      'bookworm', tar, ...await debianSources(),
    ], { timeout: 300_000 });
    const container = (await this.buildah('from', ['scratch'])).trim();
    await this.buildah('add', ['--quiet', container, tar, '/']);
    await this.buildah('commit', ['--quiet', '--rm', container, name]);
    await fs.rm(tar);
  }

  // Builds deploy/Dockerfile as it is. What the release build of this machine has compiled comes
  // out of ccache.
  async build(name, base) {
    const cache = (await must('ccache', ['--get-config', 'cache_dir'])).trim();
    return this.buildah('bud', [
      '--format', 'docker', '--isolation', 'chroot', '--pull-never', '--layers=false',
      '--volume', `${cache}:/var/cache/ccache`,
      '--build-arg', `BASE_IMAGE=${base}`,
      '--build-arg', 'REVISION=abc123',
      '--file', 'deploy/Dockerfile', '--tag', name, '.',
    ], { cwd: repository, timeout: 1_800_000 });
  }

  // What the image says of itself: the part that a container runtime reads.
  async configOf(name) {
    return JSON.parse(await this.buildah('inspect', ['--type', 'image', name])).Docker.config;
  }

  // A folder with the image's files.
  async filesOf(name) {
    const container = (await this.buildah('from', ['--pull-never', name])).trim();
    return (await this.buildah('mount', [container])).trim();
  }

  async dispose() {
    await this.buildah('umount', ['--all']).catch(() => {});
    await this.buildah('rm', ['--all']).catch(() => {});
    await fs.rm(this.folder, { recursive: true, force: true });
  }
}

// The lines for Debian's own packages of this machine's apt, wherever it takes them from.
async function debianSources() {
  const lines = await must('apt-get', ['indextargets', '--format',
    'deb $(REPO_URI) $(RELEASE) $(COMPONENT)', 'Created-By: Packages', 'Origin: Debian']);
  return lines.split('\n').filter((line) => / bookworm/.test(line));
}
