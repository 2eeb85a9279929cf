// Certificate: a self-signed one for 127.0.0.1, good for so many days.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';

import { run, withFolder } from '../../integration/support/server.mjs';

// Answers the files of a server, and the part of its configuration that names them.
export function selfSigned(days) {
  return withFolder(async (folder) => {
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(folder, name));
    const { code, stderr } = await run('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
      '-days', `${days}`, '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
      '-keyout', key, '-out', cert]);
    assert.equal(code, 0, stderr);
    return {
      files: { 'cert.pem': await fs.readFile(cert, 'utf8'),
               'key.pem': await fs.readFile(key, 'utf8') },
      tls: { cert_file: 'cert.pem', key_file: 'key.pem' },
    };
  });
}
