// The samples in a real browser with the SDK's own bundle, and the console page as a person sees it.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import test from 'node:test';
import { chromium } from 'playwright-core';

import { config, jwtSecret, keys, project } from '../integration/support/config.mjs';
import { repository } from '../integration/support/environment.mjs';
import { eventually } from '../integration/support/eventually.mjs';
import { withServer } from '../integration/support/server.mjs';
import { mintToken } from '../integration/support/tokens.mjs';
import { sampleText } from './support/samples.mjs';

const settings = config({ projects: [project('demo', {
  origins: ['localhost'], connection_grace: '1500ms', navigation_grace: '1s' })] });
const token = (sub) => mintToken({ sub, teams: ['red'] }, { secret: jwtSecret });

async function withBrowser(body) {
  const browser = await chromium.launch({
    executablePath: process.env.PRESENCES_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
           '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    await body(browser);
  } finally {
    await browser.close();
  }
}

// A web application's own server, on another port than presenced: one page that runs a sample.
async function withApplication(body) {
  const bundle = await fs.readFile(
    path.join(repository, 'tests/node_modules/appwrite/dist/iife/sdk.js'), 'utf8');
  let sample = '';
  const files = {
    '/sdk.js': ['text/javascript', () => bundle],
    // The bundle is a classic script; this gives its names to `import ... from "appwrite"`.
    '/appwrite.mjs': ['text/javascript', () =>
      'export const { Client, Presences, Realtime, Channel, ID, Permission, Role, Query } = ' +
      'globalThis.Appwrite;'],
    '/sample.mjs': ['text/javascript', () => sample],
    '/': ['text/html', () => '<!doctype html><title>app</title><script src="/sdk.js"></script>' +
      '<script type="importmap">{"imports":{"appwrite":"/appwrite.mjs"}}</script>' +
      '<script type="module">await import("/sample.mjs"); document.title = "done";</script>'],
  };
  const server = http.createServer((request, response) => {
    const file = files[request.url];
    response.writeHead(file ? 200 : 404, { 'content-type': file?.[0] ?? 'text/plain' });
    response.end(file?.[1]() ?? '');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  try {
    await body({ url: `http://localhost:${server.address().port}/`,
                 setSample: (text) => { sample = text; } });
  } finally {
    server.closeAllConnections?.();
    server.close();
  }
}

// Opens the application as a signed-in user: the session lies where the SDK keeps it.
async function openPage(browser, application, user) {
  const context = await browser.newContext();
  await context.addInitScript((session) => {
    localStorage.setItem('cookieFallback', JSON.stringify({ a_session_demo: session }));
  }, token(user));
  const page = await context.newPage();
  page.lines = [];
  page.on('console', (message) => page.lines.push(message.text()));
  await page.goto(application.url);
  await eventually('the sample is done', async () => await page.title() === 'done')
    .catch((error) => { throw new Error(`${error.message}\n${page.lines.join('\n')}`); });
  return page;
}

test('the samples run in Chromium, and two users see each other come and go', () =>
  withServer(settings, (server) => withBrowser((browser) => withApplication(async (application) => {
    const use = async (name, more = {}) => application.setSample(
      await sampleText(name, { endpoint: `http://${server.ready.http}/v1`, ...more }));
    await use('subscribe');
    const bob = await openPage(browser, application, 'bob');
    const heard = (text) => bob.lines.filter((line) => line.startsWith(text)).length;
    await eventually('bob listens', async () =>
      await server.metric('presences_watchers{surface="websocket"}') === 1);
    for (const name of ['upsert', 'upsert_expires', 'upsert_team']) {
      await use(name, { teamId: 'red' });
      await openPage(browser, application, 'ada');
    }
    await eventually('three upserts', () => heard('Presence created or updated') === 3);
    const { presences } = await server.key().list();
    const presenceId = presences[0].presence_id;
    for (const name of ['get', 'list', 'update', 'delete']) {
      await use(name, { presenceId });
      await openPage(browser, application, 'ada');
    }
    await eventually('update and delete', () => heard('Presence created or updated') === 4 &&
                                                heard('Presence expired or removed') === 1);
    await use('hold');
    const ada = await openPage(browser, application, 'ada');
    await eventually('online', () => heard('Presence created or updated') === 5);
    await ada.close();
    await eventually('offline', () => heard('Presence expired or removed') === 2);
  }))));

test('the console shows the live table, writes, holds and deletes', () =>
  withServer(settings, (server) => withBrowser(async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 },
                                         colorScheme: process.env.CONSOLE_SCHEME ?? 'light' });
    const problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`http://${server.ready.http}/`);
    await page.selectOption('select[name=kind]', 'key');
    await page.fill('input[name=credential]', keys.backend);
    await page.press('input[name=credential]', 'Enter');  // with the keyboard alone
    await page.waitForFunction(() => document.getElementById('state').dataset.state === 'live');
    await server.key().upsert('laptop', { user_id: 'ada', metadata: '{"page":"/home"}',
                                          permissions: { permissions: ['read("any")'] } });
    await page.waitForSelector('tr[data-id=laptop]');
    assert.match(await page.textContent('tr[data-id=laptop]'), /laptopadaonline\d+ s\{"page":"\/home"\}/);

    await page.fill('input[name=presenceId]', 'phone');
    await page.fill('input[name=userId]', 'bob');
    await page.fill('input[name=metadata]', '{"app":"<b>phone</b>"}');
    await page.click('button[value=upsert]');
    await page.waitForSelector('tr[data-id=phone]');
    assert.equal(await page.locator('tr[data-id=phone] b').count(), 0, 'shown as text');
    if (process.env.CONSOLE_SCREENSHOT) {
      await page.screenshot({ path: process.env.CONSOLE_SCREENSHOT, fullPage: true });
    }
    await page.click('tr[data-id=laptop] button');
    await page.waitForSelector('tr[data-id=laptop]', { state: 'detached' });
    await page.fill('input[name=status]', 'x'.repeat(257));
    await page.click('button[value=upsert]');
    await page.waitForFunction(() => document.getElementById('writeError').textContent !== '');
    assert.match(await page.textContent('#writeError'), /status: .*256/);

    await page.selectOption('select[name=kind]', 'jwt');
    await page.fill('input[name=credential]', token('carol'));
    await page.click('#connect button');
    await page.waitForFunction(() => document.getElementById('state').dataset.state === 'live');
    await page.fill('input[name=presenceId]', 'carol-tab');
    await page.fill('input[name=status]', 'here');
    await page.fill('input[name=userId]', '');
    await page.click('button[value=hold]');
    await page.waitForSelector('tr[data-id=carol-tab]');
    await page.close();
    await eventually('carol is gone', async () =>
      !(await server.key().list()).presences.some((each) => each.user_id === 'carol'));
    assert.deepEqual(problems, []);
  })));
