// What the build tells the tests: where the programs and the protos are. CMakeLists.txt sets it.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set; run the test through ctest, or set it by hand ` +
      '(tests/integration/CMakeLists.txt shows how)');
  }
  return value;
}

export const supportFolder = path.dirname(fileURLToPath(import.meta.url));
export const repository = path.resolve(supportFolder, '../../..');
export const presenced = path.join(required('PRESENCES_BIN'), 'presenced');
export const presencectl = path.join(required('PRESENCES_BIN'), 'presencectl');
export const googleapis = required('PRESENCES_GOOGLEAPIS');
// Sanitizers and shared machines make everything slower; nothing that is expected to happen is
// given up on before this.
export const patience = 20_000;
// Sanitizers keep freed memory for a while.
export const sanitized = Boolean(process.env.PRESENCES_SANITIZER);
