// Manifests: what deploy/kubernetes describes, and a check of it that is as strict as an API
// server with `--validate=strict`, without one.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import yaml from 'js-yaml';

import { repository } from './environment.mjs';

const require = createRequire(import.meta.url);

export const deployFolder = path.join(repository, 'deploy/kubernetes');

// kubectl brings kustomize along and needs no cluster for it. It is not part of Debian.
export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

export const parse = (text) => yaml.loadAll(text).filter(Boolean);
export const parseFile = (file) => parse(fs.readFileSync(file, 'utf8'));

// All objects that `kubectl apply -k folder` would send. Without kubectl: the same files put
// together by hand, generated ones included and patches left out.
export function build(folder) {
  if (!hasKubectl) return assemble(folder);
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder],
                                               { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kubectl kustomize ${folder}: ${stderr}`);
  return parse(stdout).map((object) => {
    // Base64 may be broken into lines; the schema does not know that.
    for (const [key, text] of Object.entries(object.kind === 'Secret' ? object.data : {})) {
      object.data[key] = text.replaceAll('\n', '');
    }
    return object;
  });
}

function assemble(folder) {
  const [{ resources, configMapGenerator = [] }] = parseFile(
    path.join(folder, 'kustomization.yaml'));
  return [
    ...resources.flatMap((name) => (name.endsWith('.yaml')
      ? parseFile(path.join(folder, name)) : assemble(path.join(folder, name)))),
    ...configMapGenerator.map(({ name, files }) => ({
      apiVersion: 'v1', kind: 'ConfigMap', metadata: { name },
      data: Object.fromEntries(files.map(
        (file) => [file, fs.readFileSync(path.join(folder, file), 'utf8')])),
    })),
  ];
}

// The one object of a kind; `name` when there are several.
export function find(objects, kind, name) {
  const found = objects.filter((object) => object.kind === kind &&
                               (!name || object.metadata.name === name));
  if (found.length !== 1) throw new Error(`${found.length} of ${kind} ${name ?? ''}`);
  return found[0];
}

// The compiled schema of an object's kind, as { validate }. Not the model: it would read each field.
function schemaOf({ apiVersion = '', kind = '' }) {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const upper = (text) => text.replace(/(?:^|[.-])(.)/g, (_, letter) => letter.toUpperCase());
  const [of, prefix] = group.endsWith('coreos.com')
    ? ['@kubernetes-models/prometheus-operator', upper(group)]
    : ['kubernetes-models', `IoK8sApi${upper(group.replace('.k8s.io', ''))}`];
  const folder = path.dirname(require.resolve(`${of}/package.json`));
  return require(path.join(folder, '_schemas', `${prefix}${upper(version)}${kind}.js`));
}

// The models accept fields that they do not know. What a schema knows, it reads: an own field that
// was never read during the validation is one that the API does not have.
function watchReads(value, at, unread) {
  if (value === null || typeof value !== 'object') return value;
  const children = new Map();
  for (const [key, child] of Object.entries(value)) {
    const where = `${at}/${key}`;
    children.set(key, watchReads(child, where, unread));
    if (!Array.isArray(value)) unread.add(where);
  }
  return new Proxy(value, {
    get(target, key) {
      unread.delete(`${at}/${String(key)}`);
      return children.has(key) ? children.get(key) : target[key];
    },
  });
}

// Everything that is wrong with an object, as texts that name the path; empty when it is fine.
export function problemsOf(object) {
  const name = `${object?.kind} ${object?.metadata?.name}`;
  let schema;
  try {
    schema = schemaOf(object);
  } catch {
    return [`${name}: there is no kind ${object?.kind} in ${object?.apiVersion}`];
  }
  const unread = new Set();
  const watched = watchReads(object, '', unread);
  const problems = schema.validate(watched) ? [] : schema.validate.errors.map(
    ({ instancePath, keyword, params }) =>
      `${name}: ${instancePath || '/'}: ${keyword} ${JSON.stringify(params)}`);
  for (const where of unread) {
    // Below a field that is unknown everything is.
    if (!unread.has(where.slice(0, where.lastIndexOf('/')))) {
      problems.push(`${name}: ${where}: unknown field`);
    }
  }
  return problems;
}
