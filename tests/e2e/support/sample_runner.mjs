// Runs one sample in a process of its own: node sample_runner.mjs SAMPLE.mjs. Prints what the
// sample logs and, as the last line, what it left in `presence` or `result`. A sample that keeps a
// connection runs until its stdin closes.
import fs from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

import { installBrowserGlobals } from './browser_globals.mjs';

installBrowserGlobals({ session: process.env.SAMPLE_SESSION });
const file = process.argv[2];
// The sample's constants become exports, so that the outcome can be looked at from outside.
const text = (await fs.readFile(file, 'utf8')).replace(/^const (presence|result) =/gm,
                                                       'export const $1 =');
const loaded = file.replace(/\.mjs$/, '.loaded.mjs');
await fs.writeFile(loaded, text);
const outcome = await import(pathToFileURL(loaded));
process.stdout.write(`done ${JSON.stringify(outcome.presence ?? outcome.result ?? null)}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
