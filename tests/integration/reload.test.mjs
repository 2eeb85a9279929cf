// SIGHUP: keys and tokens are read again while the server serves; a bad file changes nothing.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { config, jwtSecret, keys, project } from './support/config.mjs';
import { refused } from './support/errors.mjs';
import { eventually } from './support/eventually.mjs';
import { line } from './support/log_lines.mjs';
import { withServer } from './support/server.mjs';
import { keySet, signingKey } from './support/signing_key.mjs';
import { mintToken, sha256 } from './support/tokens.mjs';

const nextKey = 'standard_next-0009';
const nextSecret = 'the secret that comes after the first one, 32 bytes';
const unauthenticated = ['UNAUTHENTICATED', 'GENERAL_UNAUTHORIZED_SCOPE'];

function withKey(key, scopes = ['presences.read', 'presences.write']) {
  return config({ projects: [project('demo', { api_keys: [{ id: 'k', sha256: sha256(key),
                                                           scopes }] })] });
}

// Sends SIGHUP and waits until the server has said what came of it.
async function reload(server, says) {
  const from = server.stderr.length;
  server.signal('SIGHUP');
  await eventually(`'${says}' in the log`, () => server.stderr.slice(from).includes(says));
  return server.stderr.slice(from);
}

test('reload', async (t) => {
  await t.test('a key comes, a key goes, streams and records stay', () => withServer(
    withKey(keys.backend), async (server) => {
      const old = server.connect({ key: keys.backend });
      const next = server.connect({ key: nextKey });
      await old.upsert('p', { user_id: 'u' });
      const alice = server.user('alice').watch();
      await alice.current();
      await refused(next.list(), ...unauthenticated);

      await server.writeConfig(withKey(nextKey));
      await reload(server, 'configuration reloaded');
      await next.upsert('q', { user_id: 'u', permissions: { permissions: ['read("any")'] } });
      await alice.change('UPSERTED', 'q');
      await refused(old.get('p'), ...unauthenticated);
      assert.equal((await next.get('p')).user_id, 'u');
      alice.cancel();
    }));

  await t.test('a scope that was taken away is gone at once', () => withServer(
    withKey(keys.backend), async (server) => {
      const client = server.connect({ key: keys.backend });
      await client.upsert('p', { user_id: 'u' });
      await server.writeConfig(withKey(keys.backend, ['presences.read']));
      await reload(server, 'configuration reloaded');
      await refused(client.upsert('p', { user_id: 'u' }), 'PERMISSION_DENIED',
                    'GENERAL_UNAUTHORIZED_SCOPE', ['presences.write']);
      await client.get('p');
    }));

  await t.test('a secret is replaced, read from its file again', () => {
    const demo = project('demo', { tokens: [{ id: 'main', algorithm: 'HS256',
                                              secret_file: 'jwt.secret' }] });
    return withServer(config({ projects: [demo] }), async (server) => {
      const of = (secret) => server.connect({ token: mintToken({ sub: 'alice' }, { secret }) });
      await of(jwtSecret).upsert('p');
      await fs.writeFile(path.join(server.folder, 'jwt.secret'), `${nextSecret}\n`);
      await reload(server, 'configuration reloaded');
      await of(nextSecret).upsert('p');
      await refused(of(jwtSecret).upsert('p'), 'UNAUTHENTICATED', 'USER_JWT_INVALID');
    }, { files: { 'jwt.secret': `${jwtSecret}\n` } });
  });

  await t.test('a key set is rotated: its file is read again', () => {
    const first = signingKey('one');
    const second = signingKey('two');
    const demo = project('demo', { tokens: [{ id: 'idp', algorithm: 'EdDSA',
                                              jwks_file: 'jwks.json' }] });
    return withServer(config({ projects: [demo] }), async (server) => {
      const of = ({ sign }) => server.connect({ token: sign({ sub: 'alice' }) });
      await of(first).upsert('p');
      await refused(of(second).upsert('p'), 'UNAUTHENTICATED', 'USER_JWT_INVALID');
      await fs.writeFile(path.join(server.folder, 'jwks.json'), keySet(second));
      await of(first).upsert('p');
      await reload(server, 'configuration reloaded');
      await of(second).upsert('p');
      await refused(of(first).upsert('p'), 'UNAUTHENTICATED', 'USER_JWT_INVALID');
      await fs.writeFile(path.join(server.folder, 'jwks.json'), '{"keys":[{"kty":"OKP"}]}');
      const log = await reload(server, 'reload refused');
      assert.match(log, /jwks_file/);
      await of(second).upsert('p');
    }, { files: { 'jwks.json': keySet(first) } });
  });

  await t.test('a proxy becomes trusted: its word on who calls counts', () => withServer(
    config(), async (server) => {
      const deniedFrom = async () => {
        const from = server.stderr.length;
        await fetch(`http://${server.ready.http}/v1/presences`,
                    { headers: { 'X-Appwrite-Key': 'wrong', 'X-Forwarded-For': '203.0.113.7' } });
        return (await line(server, { stream: 'audit' }, from)).client;
      };
      assert.equal(await deniedFrom(), '127.0.0.1');
      const trusting = config();
      trusting.server.http = { ...trusting.server.http, trusted_proxies: ['127.0.0.0/8'] };
      await server.writeConfig(trusting);
      await reload(server, 'configuration reloaded');
      assert.equal(await deniedFrom(), '203.0.113.7');
    }));

  await t.test('a bad file keeps the old settings, and says what is wrong', () => withServer(
    withKey(keys.backend), async (server) => {
      const client = server.connect({ key: keys.backend });
      await client.upsert('p', { user_id: 'u' });
      const bad = {
        'projects: [': 'presences.yaml:',
        [JSON.stringify({ ...withKey(nextKey), surprise: 1 })]: 'surprise: unknown key',
        [JSON.stringify({ ...withKey(nextKey), projects: [] })]: 'projects',
        [JSON.stringify(config({ projects: [project('other')] }))]: 'takes a restart',
        [JSON.stringify(config({ projects: [project('demo'), project('b')] }))]: 'takes a restart',
      };
      for (const [text, says] of Object.entries(bad)) {
        await server.writeConfig(text);
        const log = await reload(server, 'reload refused');
        assert.ok(log.includes(says), `'${says}' in ${log}`);
        await client.get('p');
        await refused(server.connect({ key: nextKey }).list(), ...unauthenticated);
      }
      await fs.rm(server.configFile);
      await reload(server, 'reload refused');
      await client.get('p');
      await server.writeConfig(withKey(nextKey));
      await reload(server, 'configuration reloaded');
      await server.connect({ key: nextKey }).get('p');
    }));
});
