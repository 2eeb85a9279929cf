// Certificate: a self-signed one for 127.0.0.1, good for so many days.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import tls from 'node:tls';

import { run, withFolder } from './server.mjs';

// Answers { cert, key, fingerprint }: PEM texts, and what a client sees of them.
export function selfSigned(days = 30) {
  return withFolder(async (folder) => {
    const [certFile, keyFile] = ['cert.pem', 'key.pem'].map((name) => path.join(folder, name));
    const { code, stderr } = await run('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
      '-days', `${days}`, '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
      '-keyout', keyFile, '-out', certFile]);
    assert.equal(code, 0, stderr);
    const cert = await fs.readFile(certFile, 'utf8');
    return { cert, key: await fs.readFile(keyFile, 'utf8'),
             fingerprint: new X509Certificate(cert).fingerprint256 };
  });
}

// The fingerprint of the certificate that a listener shows to a new connection.
export function shownBy(address, alpn = 'http/1.1') {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host, port: Number(port), rejectUnauthorized: false,
                                 ALPNProtocols: [alpn] }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
