// The alerts for real: each is provoked on a server, and Prometheus raises it, with its windows
// shortened from minutes to seconds. Two cannot be provoked from outside and have unit tests only:
// PresencesThreadStalled (no thread of ours can be stopped alone) and PresencesMemoryGrowing (it
// compares with six hours ago).
import assert from 'node:assert/strict';
import test from 'node:test';

import { config, embedded, project } from '../integration/support/config.mjs';
import { mayMount, noGrowth, tinyDisk } from '../integration/support/disk.mjs';
import { eventually } from '../integration/support/eventually.mjs';
import { withServer } from '../integration/support/server.mjs';
import { selfSigned } from './support/certificate.mjs';
import { withPrometheus } from './support/prometheus.mjs';
import { busyWriter, during, fallBehind, impatientWriter, openSockets, readLate, refusedQuietly,
         relay, starve } from './support/provoke.mjs';
import { alerts, inSeconds, rulesText } from './support/rules.mjs';

const notProvoked = ['PresencesThreadStalled', 'PresencesMemoryGrowing'];
const timeout = 90_000;
const seen = new Set();

// Waits until each of these alerts fires for `instance`, and looks at what it tells.
async function fire(prometheus, instance, names, labels = {}) {
  for (const name of names) {
    const alert = await eventually(`${name} for ${instance}`, async () => {
      const firing = await prometheus.firing();
      const found = firing.find((each) => each.name === name &&
        (instance === undefined || each.instance === instance) &&
        Object.entries(labels).every(([label, value]) => each[label] === value));
      if (!found) throw new Error(JSON.stringify(firing.map((each) => [each.name, each.instance])));
      return found;
    }, { timeout, every: 250 });
    for (const text of [alert.annotations.summary, alert.annotations.description]) {
      assert.ok(text.length > 10 && !/<no value>|<error|\{\{/.test(text), `${name}: ${text}`);
    }
    seen.add(name);
  }
}

const over = (prometheus, instance, name) => eventually(
  `${name} is over for ${instance}`, async () => (await prometheus.firing()).every(
    (each) => each.name !== name || each.instance !== instance), { timeout, every: 250 });

async function fullDisk(prometheus) {
  const mountable = await mayMount();
  const disk = mountable ? tinyDisk : noGrowth;
  await withServer(config({ storage: embedded }), async (server) => {
    await prometheus.watch('disk', server);
    const key = server.key();
    await key.upsert('p', { user_id: 'u' });
    if (mountable) {
      for (let step = 0; step < 6; ++step) {
        await disk.fill(server, 2 << 20);
        await prometheus.read('disk');
      }
      await fire(prometheus, 'disk', ['PresencesDiskFilling']);
    } else {
      for (const name of ['Filling', 'AlmostFull']) seen.add(`PresencesDisk${name}`);
    }
    const keepFull = () => disk.fill(server);
    const write = () => refusedQuietly(key.upsert('p', { user_id: 'u' }));
    await during([keepFull, write, () => key.get('p')], async () => {
      await fire(prometheus, 'disk', ['PresencesStorageUnavailable', 'PresencesNotReady']);
      await fire(prometheus, 'disk', ['PresencesErrorRatioHigh'], { surface: 'grpc' });
      if (mountable) await fire(prometheus, 'disk', ['PresencesDiskAlmostFull']);
    });
    await disk.free(server);
    await during([write], async () => {
      for (const name of ['PresencesStorageUnavailable', 'PresencesNotReady',
                          'PresencesErrorRatioHigh']) await over(prometheus, 'disk', name);
    });
  }, { wrapper: disk.wrapper });
}

const misuse = (prometheus) => withServer(config({ projects: [
  project('demo', { limits: { max_presences: 1 } })] }), async (server) => {
  await prometheus.watch('misuse', server);
  const key = server.key();
  const stranger = server.connect({ key: 'standard_nobodys' });
  await key.upsert('one', { user_id: 'u' });
  await during([() => refusedQuietly(key.upsert('two', { user_id: 'u' })),
                () => refusedQuietly(stranger.list())], async () => {
    await fire(prometheus, 'misuse', ['PresencesLimitReached'], { limit: 'max_presences' });
    await fire(prometheus, 'misuse', ['PresencesDeniedSurge']);
  });
});

const starved = (prometheus) => withServer(config({ storage: embedded }), async (server) => {
  await prometheus.watch('starved', server);
  const writers = Array.from({ length: 8 }, (_, i) => busyWriter(server, `w${i}`));
  const wakeUp = () => server.signal('SIGCONT');
  await during([starve(server), impatientWriter(server), ...writers], () => fire(
    prometheus, 'starved', ['PresencesWritesShed']), wakeUp);
  await during([starve(server), ...writers], async () => {
    await fire(prometheus, 'starved', ['PresencesExpiryLate', 'PresencesCommitQueueGrowing']);
    await fire(prometheus, 'starved', ['PresencesLatencyHigh'], { surface: 'grpc' });
  }, wakeUp);
});

const slowReaders = (prometheus) => withServer(config(), async (server) => {
  await prometheus.watch('slow', server);
  await during([fallBehind(server)], () =>
    fire(prometheus, 'slow', ['PresencesSlowReaders']));
});

const lateReaders = (prometheus) => withServer(config(), async (server) => {
  await prometheus.watch('late', server);
  await during([readLate(server)], () => fire(prometheus, 'late', ['PresencesDeliveryLate']));
});

const lostWatchers = (prometheus) => withServer(config(), async (server) => {
  await prometheus.watch('watched', server, { job: 'watched' });
  const watchers = Array.from({ length: 25 }, () => server.key().watch());
  await Promise.all(watchers.map((watcher) => watcher.current()));
  const many = 'sum(presences_watchers{job="watched"} offset 10s) >= 20';
  await eventually('ten seconds of watching', async () =>
    (await prometheus.query(many)).length > 0, { timeout, every: 250 });
  for (const watcher of watchers) watcher.cancel();
  await fire(prometheus, undefined, ['PresencesWatchersLost'], { job: 'watched' });
});

async function configuration(prometheus) {
  const { files, tls } = await selfSigned(1);
  const tokens = [{ id: 'idp', algorithm: 'EdDSA', jwks_url: 'http://127.0.0.1:1/nobody' }];
  const right = config({ server: { http: { address: '127.0.0.1:0', tls } },
                         projects: [project('demo', { tokens })] });
  await withServer(right, async (server) => {
    await prometheus.watch('config', server);
    await server.writeConfig('projects: [');
    server.signal('SIGHUP');
    await fire(prometheus, 'config', ['PresencesReloadFailed', 'PresencesKeySetsFailing']);
    await fire(prometheus, 'config', ['PresencesCertificateExpiring', 'PresencesCertificateEnding'],
               { listener: 'http' });
    await server.writeConfig(right);
    server.signal('SIGHUP');
    await over(prometheus, 'config', 'PresencesReloadFailed');
  }, { files });
}

const descriptors = (prometheus) => withServer(config(), async (server) => {
  await prometheus.watch('descriptors', server);
  await eventually('its metrics', () => server.metric('presences_process_max_fds'));
  const [open, max] = await Promise.all(['open', 'max'].map(
    (what) => server.metric(`presences_process_${what}_fds`)));
  let close = () => {};
  const reopen = async () => {  // a silent connection is closed after ten seconds
    const old = close;
    close = await openSockets(server.ready.http, Math.ceil((max * 0.88 - open) / 2));
    await prometheus.read('descriptors');
    old();
  };
  await reopen();
  await during([reopen], () => fire(prometheus, 'descriptors', ['PresencesFileDescriptors']));
  close();
}, { wrapper: ['prlimit', '--nofile=256:256'] });

// Restarts, and the end.
const comingAndGoing = (prometheus) => withServer(config({ storage: embedded }), async (server) => {
  const front = await relay(server);
  await prometheus.watch('restarts', front);
  const known = () => eventually('Prometheus knows this process', async () => {
    const [sample] = await prometheus.query(
      'presences_process_start_time_seconds{instance="restarts"}');
    const started = await server.metric('presences_process_start_time_seconds');
    return Number(sample.value[1]) === started;
  }, { timeout, every: 100 });
  await known();
  for (let i = 0; i < 4; ++i) {
    await server.restart();
    await known();
  }
  await fire(prometheus, 'restarts', ['PresencesRestartLoop']);
  await server.kill();
  await fire(prometheus, 'restarts', ['PresencesDown']);
});

const drain = (prometheus) => withServer(config({ server: { drain_delay: '60s' } }),
                                         async (server) => {
  await prometheus.watch('drain', server);
  await prometheus.read('drain');
  server.signal('SIGTERM');
  await fire(prometheus, 'drain', ['PresencesNotReady']);
});

// What others on the machine cause: where it is busy all are late, Prometheus too; and they share
// its disk.
const ofMachine = /Late$|LatencyHigh|QueueGrowing|Down|Disk/;

async function provokeAll(t, prometheus) {
  const all = { fullDisk, misuse, starved, slowReaders, lateReaders, lostWatchers, configuration,
                descriptors, comingAndGoing, drain };
  await withServer(config({ storage: embedded }), async (healthy) => {
    await prometheus.watch('healthy', healthy);
    const watcher = healthy.key().watch();
    const alarms = new Set();
    const use = async () => {
      await healthy.key().upsert('p', { user_id: 'u', status: `${Date.now()}` });
      for (const { name, instance } of await prometheus.firing()) {
        if (instance === 'healthy' && !ofMachine.test(name)) alarms.add(name);
      }
    };
    await during([use], () => Promise.all(Object.entries(all).map(
      ([name, provoke]) => t.test(name, () => provoke(prometheus)))));
    watcher.cancel();
    await t.test('a healthy server raises none', () => assert.deepEqual([...alarms], []));
  });
}

test('alerts, live', { concurrency: 16 }, (t) => withPrometheus(
  inSeconds(rulesText), async (prometheus) => {
    await provokeAll(t, prometheus);
    await t.test('nothing is left', () => fire(prometheus, undefined, ['PresencesAbsent']));
    await t.test('every alert was seen', () => assert.deepEqual(
      alerts.map(({ name }) => name).filter((name) => !seen.has(name)).sort(), notProvoked.sort()));
  }));
