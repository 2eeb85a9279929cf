// SIGHUP and TLS: both listeners take new files for new connections, together or not at all, and
// connections that are open go on.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { selfSigned, shownBy } from './support/certificate.mjs';
import { config } from './support/config.mjs';
import { eventually } from './support/eventually.mjs';
import { withServer } from './support/server.mjs';

const anyPort = { address: '127.0.0.1:0' };
const tls = { cert_file: 'cert.pem', key_file: 'key.pem' };
const both = { grpc: { ...anyPort, tls }, http: { ...anyPort, tls } };
const ofHttp = (server) => shownBy(server.ready.http);
const ofGrpc = (server) => shownBy(server.ready.grpc, 'h2');

async function install(server, { cert, key }) {
  await fs.writeFile(path.join(server.folder, 'cert.pem'), cert);
  await fs.writeFile(path.join(server.folder, 'key.pem'), key);
}

test('TLS files are reloaded', async (t) => {
  const [first, second] = await Promise.all([selfSigned(30), selfSigned(60)]);
  const files = { 'cert.pem': first.cert, 'key.pem': first.key };

  await t.test('new connections get the new certificate, old ones go on', () => withServer(
    config({ server: both }), async (server) => {
      const credentials = server.key().credentials;
      const old = server.connect(credentials, { ca: first.cert, ownConnection: true });
      await old.upsert('p', { user_id: 'u' });
      const watcher = old.watch();
      await watcher.current();
      assert.equal(await ofGrpc(server), first.fingerprint);
      assert.equal(await ofHttp(server), first.fingerprint);

      const expiresIn = async (listener) => (await server.metric(
        `presences_tls_certificate_expiry_timestamp_seconds{listener="${listener}"}`)
        - Date.now() / 1000) / 86_400;
      for (const listener of ['grpc', 'http']) {
        assert.equal(Math.round(await expiresIn(listener)), 30, 'days');
      }

      await install(server, second);
      const line = await server.reload();
      for (const listener of ['grpc', 'http']) {
        assert.equal(Math.round(await expiresIn(listener)), 60, 'days');
      }
      for (const name of ['grpc', 'http']) assert.ok(line.includes(`server.${name}.tls`), line);
      assert.equal(await ofGrpc(server), second.fingerprint);
      assert.equal(await ofHttp(server), second.fingerprint);
      const next = server.connect(credentials, { ca: second.cert, ownConnection: true });
      await next.upsert('q', { user_id: 'u' });
      await watcher.change('UPSERTED', 'q');
      await assert.rejects(server.connect(credentials, { ca: first.cert, ownConnection: true })
        .call('GetPresence', { presence_id: 'p' }, { timeout: 1000 }), 'the old one is gone');
      watcher.cancel();
    }, { files }));

  await t.test('a key that does not fit changes nothing, also not what else changed', () => withServer(
    config({ server: both }), async (server) => {
      await fs.writeFile(path.join(server.folder, 'key.pem'), second.key);
      await server.writeConfig(config({ server: { ...both, drain_delay: '1s' } }));
      const line = await server.reload('reload refused');
      assert.match(line, /private key/);
      assert.equal(await ofGrpc(server), first.fingerprint);
      assert.equal(await ofHttp(server), first.fingerprint);
      await install(server, second);
      const taken = await server.reload();
      assert.match(taken, /server\.drain_delay/, 'it was not in force before');
      assert.equal(await ofGrpc(server), second.fingerprint);
    }, { files }));

  await t.test('whether there is TLS takes a restart', () => withServer(
    config({ server: both }), async (server) => {
      await server.writeConfig(config({ server: { ...both, grpc: anyPort } }));
      assert.match(await server.reload('reload refused'), /server\.grpc\.tls.*restart/);
      assert.equal(await ofGrpc(server), first.fingerprint);
      const mutual = { ...tls, client_ca_file: 'cert.pem' };
      await server.writeConfig(config({ server: { ...both, http: { ...anyPort, tls: mutual } } }));
      assert.match(await server.reload('reload refused'), /client_ca_file.*restart/);
    }, { files }));

  await t.test('client certificates: another CA counts for new connections', () => withServer(
    config({ server: { grpc: { ...anyPort, tls: { ...tls, client_ca_file: 'ca.pem' } } } }),
    async (server) => {
      const credentials = server.key().credentials;
      const as = (client) => server.connect(credentials, {
        ca: first.cert, clientCert: client, ownConnection: true });
      await as(first).list();
      await assert.rejects(as(second).call('ListPresences', {}, { timeout: 1000 }));
      await fs.writeFile(path.join(server.folder, 'ca.pem'), second.cert);
      await server.reload();
      await eventually('the other client', () => as(second).list());
      await assert.rejects(as(first).call('ListPresences', {}, { timeout: 1000 }));
    }, { files: { ...files, 'ca.pem': first.cert } }));
});
