// Credentials: what lets a caller in, and what each wrong one is told.
import assert from 'node:assert/strict';
import test from 'node:test';

import { config, jwtSecret, keys, project } from './support/config.mjs';
import { refused } from './support/errors.mjs';
import { withServer } from './support/server.mjs';
import { inSeconds, mintToken, sha256, tamper, unsignedToken } from './support/tokens.mjs';

const badToken = ['UNAUTHENTICATED', 'USER_JWT_INVALID'];
const badKey = ['UNAUTHENTICATED', 'GENERAL_UNAUTHORIZED_SCOPE'];
const noProject = ['NOT_FOUND', 'PROJECT_NOT_FOUND'];

const otherSecret = 'the secret of another issuer, also of 32 bytes';
const projects = [
  project('demo', { tokens: [
    { id: 'main', algorithm: 'HS256', secret: jwtSecret },
    { id: 'partner', algorithm: 'HS256', secret: otherSecret, issuer: 'partner',
      audience: 'presences' },
  ] }),
  project('other', { api_keys: [
    { id: 'k', sha256: sha256('standard_other'), scopes: ['presences.read', 'presences.write'] },
  ], tokens: [] }),
];

test('credentials', async (t) => withServer(config({ projects }), async (server) => {
  const mint = (claims, more) => mintToken({ sub: 'alice', ...claims },
                                           { secret: jwtSecret, ...more });
  const withToken = (token) => server.connect({ token });
  // Tries a read and a write: both must be refused alike.
  const refusedBoth = async (client, code, reason, says) => {
    await refused(client.list(), code, reason, says);
    await refused(client.upsert('p'), code, reason, says);
  };

  await t.test('a token lets in by either header, whatever the case of Bearer', async () => {
    for (const credentials of [
      { token: mint() }, { jwt: mint() }, { headers: { authorization: `bearer ${mint()}` } },
      { headers: { authorization: `BEARER ${mint()}` } },
    ]) {
      assert.equal((await server.connect(credentials).upsert('mine')).user_id, 'alice');
    }
    const byUserId = mintToken({ userId: 'bob' }, { secret: jwtSecret });
    assert.equal((await withToken(byUserId).upsert('bobs')).user_id, 'bob');
  });

  await t.test('a wrong token is no guest', async () => {
    const wrong = {
      'not a token': 'secret',
      'empty parts': '..',
      'no base64': 'a.b.c!',
      'another secret': mint({}, { secret: 'somebody else knows this one, 32 b' }),
      'a changed user': tamper(mint(), { sub: 'admin' }),
      'more teams': tamper(mint(), { teams: ['board'] }),
      'alg none': unsignedToken({ sub: 'alice' }),
      'alg none, signed': mint({}, { header: { alg: 'none' } }),
      'alg RS256': mint({}, { header: { alg: 'RS256' } }),
      'alg HS512': mint({}, { header: { alg: 'HS512' } }),
      'no signature': mint().replace(/[^.]+$/, ''),
      'cut': mint().slice(0, -2),
      'expired': mint({}, { expiresIn: -60 }),
      'no expiry': mint({ exp: undefined }),
      'not yet': mint({ nbf: inSeconds(120) }),
      'no user': mintToken({}, { secret: jwtSecret }),
      'a user that is no id': mint({ sub: 'a b' }),
      'another project': mint({ project: 'other' }),
      'wrong issuer': mintToken({ sub: 'a', iss: 'evil', aud: 'presences' },
                                { secret: otherSecret }),
      'wrong audience': mintToken({ sub: 'a', iss: 'partner', aud: 'mail' },
                                  { secret: otherSecret }),
      'a kid of another key': mintToken({ sub: 'a', iss: 'partner', aud: 'presences' },
                                        { secret: otherSecret, header: { kid: 'main' } }),
      'too long': `${mint()}${'x'.repeat(9000)}`,
    };
    for (const [what, token] of Object.entries(wrong)) {
      const refusal = await refused(withToken(token).list(), ...badToken, ['token']);
      assert.ok(refusal.text.length > 20, `${what}: '${refusal.text}' helps nobody`);
      await refused(withToken(token).upsert('p'), ...badToken, ['token']);
      await refused(withToken(token).watch().refusal(), ...badToken, ['token']);
    }
    await refusedBoth(server.connect({ headers: { authorization: 'Basic YTpi' } }), ...badToken,
                      ['token']);
  });

  await t.test('the clock may be off by 30 s, and a kid chooses', async () => {
    for (const token of [mint({}, { expiresIn: -20 }), mint({ nbf: inSeconds(20) }),
                         mint({}, { header: { kid: 'main' } }), mint({ project: 'demo' })]) {
      assert.equal((await withToken(token).upsert('skew')).user_id, 'alice');
    }
    const partner = mintToken({ sub: 'p', iss: 'partner', aud: ['mail', 'presences'] },
                              { secret: otherSecret });
    assert.equal((await withToken(partner).upsert('partners')).user_id, 'p');
  });

  await t.test('a wrong key is told so, and an expired one when', async () => {
    for (const key of ['standard_wrong', 'x', keys.backend.slice(0, -1), `${keys.backend}0`,
                       keys.backend.toUpperCase(), sha256(keys.backend)]) {
      await refusedBoth(server.connect({ key }), ...badKey, ['API key']);
    }
    await refusedBoth(server.key('expired'), 'UNAUTHENTICATED', 'PROJECT_KEY_EXPIRED',
                      ['expired', '2020']);
    await refusedBoth(server.connect({ key: 'standard_other' }), ...badKey, ['another project']);
    await refusedBoth(server.connect({ key: keys.backend, project: 'other' }), ...badKey,
                      ['another project']);
  });

  await t.test('a key wins over a token', async () => {
    const both = server.connect({ key: keys.backend, token: 'nonsense' });
    assert.equal((await both.upsert('by-key', { user_id: 'u' })).user_id, 'u');
    await refused(server.connect({ key: 'standard_wrong', token: mint() }).list(), ...badKey);
  });

  await t.test('a project must be named, and be there', async () => {
    await refusedBoth(server.connect({ key: keys.backend, project: undefined }), ...noProject,
                      ['name one', 'x-appwrite-project']);
    await refusedBoth(server.connect({ key: keys.backend, project: 'nobody' }), ...noProject,
                      ['nobody']);
    await refusedBoth(server.connect({ key: keys.backend, project: 'DEMO' }), ...noProject);
    const script = '<script>alert(1)</script>';
    const refusal = await refused(server.connect({ project: script }).list(), ...noProject);
    assert.ok(!refusal.text.includes('script'), 'what is no id is not repeated');
  });

  await t.test('a token of one project says nothing in another', async () => {
    await refused(server.connect({ token: mint(), project: 'other' }).list(), ...badToken,
                  ['other']);
  });

  await t.test('credentials never come back in a refusal', async () => {
    for (const client of [server.connect({ key: 'standard_hush' }),
                          withToken(mint({ name: 'hush' }, { expiresIn: -99 }))]) {
      const refusal = await refused(client.list(), 'UNAUTHENTICATED',
                                    client.credentials.key ? badKey[1] : badToken[1]);
      assert.ok(!JSON.stringify([refusal.text, refusal.metadata]).includes('hush'));
    }
    assert.ok(!server.stderr.includes('hush') && !server.stderr.includes(keys.backend));
  });
}));

test('with one project, it need not be named', async () => withServer(config(), async (server) => {
  const client = server.connect({ key: keys.backend, project: undefined });
  assert.equal((await client.upsert('p', { user_id: 'u' })).presence_id, 'p');
}));
