// What an image's bill of materials must be: valid by the published schema of CycloneDX, and true.
import fs from 'node:fs/promises';
import path from 'node:path';

import addFormats from 'ajv-formats';
import Ajv from 'ajv';

import { repository } from '../../integration/support/environment.mjs';

const schemas = path.join(repository, 'tests/node_modules/@cyclonedx/cyclonedx-library/res');

async function schema(name) {
  return JSON.parse(await fs.readFile(path.join(schemas, name), 'utf8'));
}

// The schema's complaints about the document; [] when it is valid.
export async function complaints(document) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addFormat('iri-reference', true).addFormat('idn-email', true);
  for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json']) {
    ajv.addSchema(await schema(name), `http://cyclonedx.org/schema/${name}`);
  }
  const validate = ajv.compile(await schema('bom-1.4.SNAPSHOT.schema.json'));
  return validate(document) ? [] : validate.errors;
}

// The packages that dpkg knows as installed in these files: { name: version }.
export async function installed(files) {
  const status = await fs.readFile(path.join(files, 'var/lib/dpkg/status'), 'utf8');
  const packages = {};
  for (const paragraph of status.split('\n\n')) {
    const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1];
    if (field('Status') === 'install ok installed') packages[field('Package')] = field('Version');
  }
  return packages;
}

const packageUrl = /^pkg:deb\/debian\/([\w.%-]+)@([\w.:~%-]+)\?arch=\w+&distro=debian-12$/;

// The packages of the document, by what their package URLs say: { name: version }.
export function listed(document) {
  const packages = {};
  for (const { purl } of document.components) {
    if (!purl) continue;
    const parts = packageUrl.exec(purl);
    if (!parts) throw new Error(`not a package URL: ${purl}`);
    packages[decodeURIComponent(parts[1])] = decodeURIComponent(parts[2]);
  }
  return packages;
}

// Whether a package's debian/copyright is of the form that programs can read.
export async function hasReadableCopyright(files, name) {
  const file = path.join(files, 'usr/share/doc', name, 'copyright');
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  return /^Format(-Specification)?:/.test(text.trimStart()) && /^License:[ \t]*\S/m.test(text);
}

// References of the dependency graph that no component answers to.
export function danglingReferences({ metadata, components, dependencies }) {
  const known = new Set([metadata.component, ...components].map((each) => each['bom-ref']));
  return dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn])
    .filter((ref) => !known.has(ref));
}
