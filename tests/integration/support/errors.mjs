// Errors: what a refused call says, with the google.rpc details decoded.
import grpc from '@grpc/grpc-js';
import assert from 'node:assert/strict';

import { message } from './protos.mjs';

const types = ['ErrorInfo', 'RetryInfo'].map((name) => `google.rpc.${name}`);

// A refusal of the server: code by its name, the text, and ErrorInfo's reason, domain, metadata.
export class Refusal extends Error {
  constructor({ code, details, metadata }, what = 'call') {
    super(`${what}: ${grpc.status[code]}: ${details}`);
    this.code = grpc.status[code];
    this.text = details;
    this.readDetails(metadata);
  }

  readDetails(metadata) {
    const [bytes] = metadata?.get('grpc-status-details-bin') ?? [];
    if (!bytes) return;
    const status = message('google.rpc.Status').deserialize(bytes);
    assert.equal(grpc.status[status.code], this.code, 'the details repeat the code');
    assert.equal(status.message, this.text, 'the details repeat the message');
    for (const detail of status.details) {
      const type = types.find((name) => detail.type_url?.endsWith(`/${name}`));
      if (type === undefined) continue;
      const value = message(type).deserialize(detail.value);
      if (type === 'google.rpc.ErrorInfo') {
        Object.assign(this, { reason: value.reason, domain: value.domain,
                              metadata: { ...value.metadata } });
      } else {
        this.retryDelay = value.retry_delay;
      }
    }
  }
}

// Awaits the refusal of `call` and checks it. `code` and `reason` must be equal; each text of
// `says` must occur in the message. Answers the Refusal.
export async function refused(call, code, reason, says = []) {
  let answer;
  try {
    answer = await call;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    checkRefusal(error, { code, reason, says });
    return error;
  }
  assert.fail(`expected ${code} (${reason}), but got the answer ${JSON.stringify(answer)}`);
}

export function checkRefusal(refusal, { code, reason, says = [] }) {
  assert.equal(refusal.code, code, refusal.message);
  assert.equal(refusal.reason, reason, `${refusal.message}: ErrorInfo.reason`);
  assert.equal(refusal.domain, 'presences', `${refusal.message}: ErrorInfo.domain`);
  for (const text of says) {
    assert.ok(refusal.text.includes(text), `'${refusal.text}' does not say '${text}'`);
  }
}
