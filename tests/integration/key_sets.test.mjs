// Tokens whose keys are fetched by jwks_url: from the first answer on, through rotation, while
// whoever serves them is away, and over TLS.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import test from 'node:test';

import { selfSigned } from './support/certificate.mjs';
import { config, project } from './support/config.mjs';
import { Connection } from './support/connection.mjs';
import { refused } from './support/errors.mjs';
import { eventually } from './support/eventually.mjs';
import { line } from './support/log_lines.mjs';
import { withServer } from './support/server.mjs';
import { keySet, signingKey } from './support/signing_key.mjs';

const unauthenticated = ['UNAUTHENTICATED', 'USER_JWT_INVALID'];

// An identity provider: answers `answer` = { status, body }, or never when it is undefined.
class Provider {
  constructor(server, answer) {
    this.answer = answer;
    this.asked = 0;
    this.server = server;
    server.on('request', (request, response) => {
      this.asked += 1;
      if (!this.answer) return;
      response.writeHead(this.answer.status ?? 200).end(this.answer.body);
    });
  }

  async listen(port = 0) {
    await new Promise((resolve) => { this.server.listen(port, '127.0.0.1', resolve); });
    this.port = this.server.address().port;
    return this;
  }
  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => { this.server.close(resolve); });
  }
}

async function withProvider(answer, body) {
  const provider = await new Provider(http.createServer(), answer).listen();
  try {
    await body(provider);
  } finally {
    await provider.close();
  }
}

const trusting = (url, more = {}) => config({ projects: [project('demo', {
  tokens: [{ id: 'idp', algorithm: 'EdDSA', jwks_url: url, ...more }] })] });
const urlOf = (provider) => `http://127.0.0.1:${provider.port}/keys?set=1`;

// SIGHUP fetches at once what would be fetched within minutes.
async function refetch(server, provider) {
  const { asked } = provider;
  server.signal('SIGHUP');
  await eventually('the provider is asked', () => provider.asked > asked);
}

test('key sets by jwks_url', async (t) => {
  const [first, second] = [signingKey('first'), signingKey('second')];

  await t.test('are there before the first call is', () => withProvider(
    { body: keySet(first) }, (provider) => withServer(trusting(urlOf(provider)), async (server) => {
      await server.connect({ token: first.sign({ sub: 'alice' }) }).upsert('p');
      await refused(server.connect({ token: second.sign({ sub: 'alice' }) }).list(),
                    ...unauthenticated);
      assert.equal(await server.metric('presences_key_set_fetches_total{outcome="ok"}'), 1);
      assert.equal(await server.metric('presences_key_sets_failing'), 0);
    })));

  await t.test('a key that comes is accepted, one that goes is revoked', () => withProvider(
    { body: keySet(first) }, (provider) => withServer(trusting(urlOf(provider)), async (server) => {
      const alice = server.connect({ token: first.sign({ sub: 'alice' }) });
      const watch = alice.watch();
      await watch.current();
      const holder = new Connection(alice);
      await holder.hold('held');
      provider.answer = { body: keySet(second) };
      await refetch(server, provider);
      await eventually('the new key counts', async () => {
        await server.connect({ token: second.sign({ sub: 'bob' }) }).list();
        return true;
      });
      await refused(alice.list(), ...unauthenticated);
      assert.equal((await watch.ended()).code, 'UNAUTHENTICATED');
      await holder.until('the stream is told', (frame) => frame.kind === 'error');
      holder.cancel();
    })));

  await t.test('the last good set counts while nothing usable is answered', () => withProvider(
    { body: keySet(first) }, (provider) => withServer(trusting(urlOf(provider)), async (server) => {
      const alice = server.connect({ token: first.sign({ sub: 'alice' }) });
      const failing = () => server.metric('presences_key_sets_failing');
      for (const answer of [{ status: 500, body: 'no' }, { status: 302, body: '' },
                            { body: 'not JSON' }, { body: '{"keys":[]}' },
                            { body: `{"keys":[],"more":"${'x'.repeat(300_000)}"}` }]) {
        provider.answer = answer;
        const from = server.stderr.length;
        await refetch(server, provider);
        const told = await line(server, { message: 'key set not refreshed; the last one counts' },
                                from);
        assert.equal(told.url, urlOf(provider));
        assert.ok(told.error.length > 5, told.error);
        assert.equal(await failing(), 1);
        await alice.list();
      }
      provider.answer = { body: keySet(first) };
      await eventually('it is tried again by itself', async () => await failing() === 0);
    })));

  await t.test('nobody there at the start: refused, until somebody is', () => withProvider(
    undefined, async (provider) => {
      const { port } = provider;
      await provider.close();
      await withServer(trusting(`http://127.0.0.1:${port}/keys?set=1`), async (server) => {
        const alice = server.connect({ token: first.sign({ sub: 'alice' }) });
        await refused(alice.list(), ...unauthenticated);
        await line(server, { message: 'no key set yet; its tokens are refused' });
        const late = await new Provider(http.createServer(), { body: keySet(first) }).listen(port);
        await eventually('the keys are there', () => alice.list().then(() => true));
        await late.close();
      });
    }));

  await t.test('a provider that never answers does not keep the server from stopping', () =>
    withProvider({ body: keySet(first) }, (provider) => withServer(
      trusting(urlOf(provider)), async (server) => {
        provider.answer = undefined;
        await refetch(server, provider);
        const started = Date.now();
        const { code } = await server.stop();
        assert.equal(code, 0);
        assert.ok(Date.now() - started < 8000, 'the fetch is given up');
      })));

  await t.test('until the first answer the jwks_file counts', () => withProvider(
    { status: 503, body: '' }, (provider) => withServer(
      trusting(urlOf(provider), { jwks_file: 'keys.json' }), async (server) => {
        await server.connect({ token: first.sign({ sub: 'alice' }) }).list();
        provider.answer = { body: keySet(second) };
        await eventually('the fetched set replaces it', () =>
          server.connect({ token: second.sign({ sub: 'bob' }) }).list().then(() => true));
        await refused(server.connect({ token: first.sign({ sub: 'alice' }) }).list(),
                      ...unauthenticated);
      }, { files: { 'keys.json': keySet(first) } })));
});

test('key sets over TLS: only from whom the system trusts', async () => {
  const { cert, key } = await selfSigned();
  const signer = signingKey('first');
  const provider = await new Provider(https.createServer({ key, cert }),
                                      { body: keySet(signer) }).listen();
  const alice = (server) => server.connect({ token: signer.sign({ sub: 'alice' }) });
  const url = (host) => `https://${host}:${provider.port}/keys`;
  const trusted = { files: { 'ca.pem': cert }, env: { SSL_CERT_FILE: 'ca.pem' } };
  try {
    await withServer(trusting(url('127.0.0.1')), (server) => alice(server).list(), trusted);
    // The certificate is another host's; and nobody vouches for it.
    for (const [host, options] of [['localhost', trusted], ['127.0.0.1', {}]]) {
      await withServer(trusting(url(host)), async (server) => {
        const told = await line(server, { message: 'no key set yet; its tokens are refused' });
        assert.match(told.error, /verif/i);
        await refused(alice(server).list(), ...unauthenticated);
      }, options);
    }
  } finally {
    await provider.close();
  }
});
