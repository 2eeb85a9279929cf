// Connect: subscriptions, held presences and re-authentication on one stream.
import assert from 'node:assert/strict';
import test from 'node:test';

import { millisOf, timestamp } from './support/client.mjs';
import { config, embedded, jwtSecret, project } from './support/config.mjs';
import { Connection, reasonOf } from './support/connection.mjs';
import { eventually } from './support/eventually.mjs';
import { withServer } from './support/server.mjs';
import { almostOver, mintToken } from './support/tokens.mjs';

const grace = 600;  // milliseconds
const settings = (more = {}) => config({
  projects: [project('demo', { connection_grace: `${grace}ms` })], ...more });
const tokenOf = (user, more) => mintToken({ sub: user }, { secret: jwtSecret, ...more });
const readableBy = (user) => ({ permissions: { permissions: [`read("user:${user}")`] } });

test('connect', async (t) => withServer(settings(), async (server) => {
  const key = server.key();
  const open = async (client) => {
    const connection = new Connection(client);
    await connection.until('ready', (frame) => frame.kind === 'ready');
    return connection;
  };
  const exists = (id) => key.get(id).then(() => true, () => false);
  const gone = (id) => eventually(`${id} is gone`, async () => !(await exists(id)));

  await t.test('ready comes first, requests are answered in their order', async () => {
    const one = await open(server.user('ada'));
    assert.equal(one.frames[0].kind, 'ready');
    assert.ok(one.frames[0].ready.connection_id);
    const ids = [];
    for (let i = 0; i < 20; ++i) {
      ids.push(one.send('upsert_presence', { presence_id: 'order', status: `s${i}` }));
      ids.push(one.send('ping'));
    }
    await one.until('the last', (frame) => frame.request_id === ids.at(-1));
    assert.deepEqual(one.frames.slice(1).map((frame) => frame.request_id), ids);
    assert.equal((await key.get('order')).status, 's19');
    one.halfClose();
    assert.equal((await one.ended()).code, 'OK');
  });

  await t.test('subscribe, replace, unsubscribe; events name their subscription', async () => {
    const one = await open(server.user('ada'));
    await one.subscribe('all');
    await one.subscribe('away', { queries: ['{"method":"equal","attribute":"status","values":["away"]}'] });
    await one.response('all', 'current');
    await one.response('away', 'current');
    await key.upsert('s1', { user_id: 'ada' });
    await one.change('all', 'UPSERTED', 's1');
    await key.update('s1', { status: 'away' });
    await one.change('away', 'UPDATED', 's1');
    assert.equal(one.changes('away').length, 1);
    await one.must('unsubscribe', { subscription_id: 'all' }, 'unsubscribed');
    assert.equal((await one.must('unsubscribe', { subscription_id: 'all' }, 'unsubscribed')).removed,
                 false);
    const from = one.frames.length;
    await key.update('s1', { status: 'back' });
    await one.change('away', 'REMOVED', 's1', from);
    assert.deepEqual(one.changes('all', from), []);
    one.cancel();
  });

  await t.test('a subscription resumes by its own token', async () => {
    const one = await open(server.user('ada'));
    await one.subscribe('s');
    const { resume_token } = await one.response('s', 'current');
    one.cancel();
    await one.ended();
    await key.upsert('missed', { user_id: 'ada' });
    const two = await open(server.user('ada'));
    await two.subscribe('other', { resume_token });
    await two.change('other', 'UPSERTED', 'missed');
    await two.response('other', 'current');
    assert.ok(!two.responses('other').some(({ kind }) => kind === 'reset'));
    two.cancel();
  });

  await t.test('half-close removes at once, a cut after the grace, the last one out', async () => {
    const ada = server.user('ada');
    const one = await open(ada);
    assert.equal((await one.hold('clean')).source, 'grpc');
    one.halfClose();
    await one.ended();
    await gone('clean');

    const two = await open(ada);
    const three = await open(ada);
    await two.hold('shared');
    await three.hold('shared');
    two.halfClose();
    await two.ended();
    assert.ok(await exists('shared'));
    const cut = Date.now();
    three.cancel();
    await gone('shared');
    assert.ok(Date.now() - cut >= grace - 5, `gone after ${Date.now() - cut} ms`);
  });

  await t.test('a return within the grace is silent', async () => {
    const ada = server.user('ada');
    const watcher = key.watch({ channels: ['presences.back'] });
    await watcher.current();
    const one = await open(ada);
    const before = await one.hold('back');
    one.cancel();
    const two = await open(ada);
    assert.deepEqual(await two.hold('back'), before);
    await two.must('release', { presence_id: 'back' }, 'released');
    await watcher.change('DELETED', 'back');
    assert.deepEqual(watcher.storyOf('back'), ['UPSERTED', 'DELETED']);
    assert.equal(watcher.changes.at(-1).delete_cause, 'DELETE_CAUSE_CONNECTION');
    assert.equal((await two.refused('release', { presence_id: 'back' })).reason,
                 'PRESENCE_NOT_FOUND');
    watcher.cancel();
    two.cancel();
  });

  await t.test('ids that are not given are made', async () => {
    const one = await open(server.user('ada'));
    const made = [];
    for (const presence_id of ['', 'unique()']) made.push((await one.hold(presence_id)).presence_id);
    for (let i = 0; i < 2; ++i) {
      made.push((await one.must('subscribe', { channels: ['presences'] }, 'subscribed'))
        .subscription_id);
    }
    for (const id of made) assert.match(id, /^[0-9a-f]{20}$/);
    assert.equal(new Set(made).size, made.length);
    await one.change(made[3], 'UPSERTED', made[1]);
    one.halfClose();
    await gone(made[0]);
  });

  await t.test('a key holds for the user it names', async () => {
    const one = await open(key);
    const refusal = await one.refused('upsert_presence', { presence_id: 'k', status: 'x' });
    assert.equal(refusal.reason, 'GENERAL_BAD_REQUEST');
    assert.equal((await one.hold('k', { user_id: 'carol' })).user_id, 'carol');
    one.halfClose();
    await gone('k');
  });

  await t.test('other writes change a held record and do not end the hold', async () => {
    const ada = server.user('ada');
    const one = await open(ada);
    await one.hold('written');
    await ada.upsert('written', { status: 'busy' });
    const days = (millisOf((await ada.get('written')).expire_time) - Date.now()) / 86_400_000;
    assert.ok(days > 29 && days <= 30, `${days} days`);
    await one.hold('bounded');
    await ada.update('bounded', { expire_time: timestamp(Date.now() + 400) });
    await gone('bounded');
    assert.equal((await ada.get('written')).status, 'busy');
    one.halfClose();
    await gone('written');
  });

  await t.test('refusals end nothing', async () => {
    await key.upsert('foreign', { user_id: 'bob' });
    const one = await open(server.user('ada'));
    const cases = [
      ['subscribe', { subscription_id: 'a b', channels: ['presences'] },
       'GENERAL_ARGUMENT_INVALID'],
      ['subscribe', { subscription_id: 'a', channels: [] }, 'GENERAL_ARGUMENT_INVALID'],
      ['subscribe', { subscription_id: 'a', channels: ['files'] }, 'GENERAL_ARGUMENT_INVALID'],
      ['subscribe', { subscription_id: 'a', channels: ['presences'], resume_token: 'x' },
       'GENERAL_ARGUMENT_INVALID'],
      ['upsert_presence', { presence_id: 'foreign', status: 'x' }, 'PRESENCE_ALREADY_EXISTS'],
      ['upsert_presence', { presence_id: 'p' }, 'GENERAL_ARGUMENT_INVALID'],
      ['upsert_presence', { presence_id: 'p', status: 'x', expire_time: { seconds: 4e9 } },
       'GENERAL_ARGUMENT_INVALID'],
      ['authenticate', { token: 'nonsense' }, 'USER_JWT_INVALID'],
    ];
    for (const [kind, fields, reason] of cases) {
      const refusal = await one.refused(kind, fields);
      assert.equal(refusal.reason, reason, `${kind} ${JSON.stringify(fields)}: ${refusal.text}`);
    }
    one.stream.write({ request_id: 'none' });
    await one.until('a request of no kind', (frame) => frame.request_id === 'none');
    await one.must('ping', {}, 'pong');
    assert.equal((await key.get('foreign')).status, 'online');
    one.cancel();

    const guest = await open(server.guest());
    assert.equal((await guest.refused('upsert_presence', { presence_id: 'g', status: 'x' })).code,
                 'UNAUTHENTICATED');
    await guest.subscribe('may', {});
    guest.cancel();
  });

  await t.test('messages are counted by kind and code, and timed', async () => {
    const ann = new Connection(server.user('ann'));
    const sample = (kind, code) => `presences_connect_requests_total{kind="${kind}",code="${code}"}`;
    const kinds = [['upsert_presence', 'OK'], ['upsert_presence', 'INVALID_ARGUMENT'],
                   ['release', 'NOT_FOUND'], ['ping', 'OK'], ['message', 'INVALID_ARGUMENT']];
    const counts = () => Promise.all(
      kinds.map(async (each) => await server.metric(sample(...each)) ?? 0));
    const timed = 'presences_connect_request_duration_seconds_count{kind="upsert_presence"}';
    const before = [await counts(), await server.metric(timed)];
    await ann.hold('counted');
    await ann.refused('upsert_presence', { presence_id: 'not an id', status: 'on' });
    await ann.refused('release', { presence_id: 'nobody' });
    await ann.must('ping', {}, 'pong');
    ann.stream.write({ request_id: 'empty' });
    await ann.until('the refusal of nothing', (frame) => frame.request_id === 'empty');
    assert.deepEqual(await counts(), before[0].map((count) => count + 1));
    assert.equal(await server.metric(timed), before[1] + 2);
    ann.stream.end();
  });

  await t.test('another user: holds go, subscriptions see with other eyes', async () => {
    await key.upsert('forada', { user_id: 'zoe', ...readableBy('ada') });
    await key.upsert('forbob', { user_id: 'zoe', ...readableBy('bob') });
    const one = await open(server.user('ada'));
    await one.subscribe('s');
    await one.change('s', 'UPSERTED', 'forada');
    await one.hold('adas');
    const from = one.frames.length;
    assert.equal((await one.must('authenticate', { token: tokenOf('bob') }, 'authenticated')).user_id,
                 'bob');
    await gone('adas');
    await one.change('s', 'UPSERTED', 'forbob', from);
    assert.ok(!one.changes('s', from).some(({ type, presence }) =>
      type === 'TYPE_UPSERTED' && presence.presence_id === 'forada'));
    assert.equal((await one.hold('bobs')).user_id, 'bob');
    one.halfClose();
  });

  await t.test('an expired token: told once, nothing more, and goes on with another', async () => {
    const client = server.connect({ token: tokenOf('ada', { expiresIn: almostOver }) });
    const one = await open(client);
    await one.subscribe('s');
    await one.hold('kept');
    const told = await one.until('the expiry', (frame) => frame.kind === 'error');
    assert.equal(reasonOf(told.error).reason, 'USER_JWT_INVALID');
    await key.upsert('meanwhile', { user_id: 'ada' });
    assert.equal((await one.refused('upsert_presence', { presence_id: 'kept', status: 'x' })).code,
                 'UNAUTHENTICATED');
    await one.must('ping', {}, 'pong');
    assert.deepEqual(one.changes('s').filter((c) => c.presence.presence_id === 'meanwhile'), []);
    const from = one.frames.length;
    await one.must('authenticate', { token: tokenOf('ada') }, 'authenticated');
    await one.change('s', 'UPSERTED', 'meanwhile', from);
    assert.ok(!one.responses('s', from).some(({ kind }) => kind === 'reset'), 'where it stood');
    assert.ok(await exists('kept'));
    one.halfClose();
    await gone('kept');
  });

  await t.test('a token expires on a stream that only holds', async () => {
    const one = await open(server.connect({ token: tokenOf('ada', { expiresIn: almostOver }) }));
    await one.hold('alone');
    await one.until('the expiry', (frame) => frame.kind === 'error');
    one.cancel();
  });

  await t.test('one subscription too many is refused', async () => {
    const one = await open(server.user('ada'));
    for (let i = 0; i < 100; ++i) await one.subscribe(`s${i}`, { snapshot: false });
    const refusal = await one.refused('subscribe', { subscription_id: 's100',
                                                     channels: ['presences'] });
    assert.equal(refusal.reason, 'GENERAL_RESOURCE_LIMIT_EXCEEDED');
    await one.subscribe('s7', { snapshot: false });  // replaces one
    one.cancel();
  });
}));

test('connect over a restart: sent away, and the hold survives', async () =>
  withServer(settings({ storage: embedded }), async (server) => {
    const one = new Connection(server.user('ada'));
    const before = await one.hold('held');
    await one.subscribe('s');
    await one.response('s', 'current');
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.equal((await one.ended()).code, 'UNAVAILABLE');
    assert.equal(one.responses('s').at(-1).kind, 'going_away');
    await server.start();
    const two = new Connection(server.user('ada'));
    assert.deepEqual(await two.hold('held'), before, 'nobody went offline');
    two.halfClose();
    await two.ended();
    await eventually('it is gone', () => server.key().get('held').then(() => false, () => true));
  }));
