// The generated OpenAPI document: valid, and a call made from nothing but it works for each method.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';

import { config, keys } from '../integration/support/config.mjs';
import { withServer } from '../integration/support/server.mjs';

// What a caller fills in for a field of that name; everything else comes from the document.
const values = { presenceId: 'p1', userId: 'ada', status: 'online', metadata: { page: '/x' },
                 presences: [{ presenceId: 'p2', userId: 'bob', status: 'away' }],
                 presenceIds: ['p1', 'p2'], 'channels[]': 'presences', groupBy: 'status' };

const resolve = (document, node) => (node?.$ref
  ? node.$ref.slice(2).split('/').reduce((at, key) => at[key], document) : node);

// The request that the document describes, as fetch wants it.
function requestFor(document, path, method, operation) {
  const parameters = (operation.parameters ?? []).map((each) => resolve(document, each));
  const query = new URLSearchParams();
  let target = path;
  for (const { name, in: where } of parameters) {
    if (where === 'path') target = target.replace(`{${name}}`, values[name]);
    if (where === 'query' && values[name]) query.append(name, values[name]);
  }
  const headers = { 'X-Appwrite-Key': keys.backend, 'X-Appwrite-Project': 'demo' };
  const schema = resolve(document, operation.requestBody?.content?.['application/json']?.schema);
  let body;
  if (schema) {
    headers['Content-Type'] = 'application/json';
    const names = Object.keys(schema.properties ?? {}).filter((name) => name in values);
    body = JSON.stringify(Object.fromEntries(names.map((name) => [name, values[name]])));
  }
  return { url: `${target}${query.size || [...query].length ? `?${query}` : ''}`,
           options: { method: method.toUpperCase(), headers, body } };
}

// Every required property of the schema is there, to any depth of objects and arrays.
function assertShape(document, schema, value, where) {
  const resolved = resolve(document, schema);
  for (const name of resolved.required ?? []) {
    assert.ok(value !== null && name in value, `${where}.${name} is required`);
  }
  for (const [name, property] of Object.entries(resolved.properties ?? {})) {
    if (value?.[name] !== undefined) assertShape(document, property, value[name], `${where}.${name}`);
  }
  if (resolved.type === 'array') {
    assert.ok(Array.isArray(value), `${where} is an array`);
    value.forEach((item, i) => assertShape(document, resolved.items, item, `${where}[${i}]`));
  }
}

// Writes first, deletions last; the order of the rest does not matter.
const order = { put: 0, post: 1, get: 2, patch: 3, delete: 4 };
const rank = ({ path, method }) => (path.includes(':batchDelete') ? 5 : order[method]);

test('the document is valid OpenAPI 3.1 and each of its methods works', () =>
  withServer(config(), async (server) => {
    const base = `http://${server.ready.http}`;
    const document = await (await fetch(`${base}/v1/openapi.json`)).json();
    assert.match(document.openapi, /^3\.1\./);
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    assert.ok(valid, JSON.stringify(errors));

    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
    assert.equal(operations.length, 9);
    operations.sort((a, b) => rank(a) - rank(b));
    for (const { path, method, operation } of operations) {
      const { url, options } = requestFor(document, path, method, operation);
      const aborted = new AbortController();
      const response = await fetch(base + url, { ...options, signal: aborted.signal });
      const success = Object.keys(operation.responses).find((status) => status < '300');
      const name = `${operation.operationId} ${url}`;
      assert.equal(String(response.status), success, name);
      const content = operation.responses[response.status]?.content ?? {};
      const type = response.headers.get('content-type')?.split(';')[0];
      if (type === 'application/json') {
        assertShape(document, content[type]?.schema ?? {}, await response.json(), name);
      } else if (type) {
        assert.ok(type in content, `${name}: ${type} is documented`);
        const { value } = await response.body.getReader().read();
        assert.ok(value.length > 0, name);
      }
      aborted.abort();
    }
  }));
