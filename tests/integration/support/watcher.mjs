// Watcher: one Subscribe stream, its view of who is here, and a check of every promise of the
// stream on the way: markers in order, tokens where they belong, revisions ascending.
import assert from 'node:assert/strict';

import { patience } from './environment.mjs';
import { Refusal } from './errors.mjs';

const gone = new Set(['TYPE_DELETED', 'TYPE_EXPIRED', 'TYPE_REMOVED']);

export class Watcher {
  // `resumed`: the Watcher whose state goes on here. `partial`: hears only some events, so it is
  // told of departures it never saw arrive.
  constructor(stream, { resumed, partial = false } = {}) {
    this.stream = stream;
    this.partial = partial;
    this.view = new Map(resumed?.view);          // presence id → presence
    this.revision = resumed?.revision ?? 0n;     // of the last change
    this.token = resumed?.token ?? '';           // where to resume
    this.kinds = [];                             // reset, changes, current, heartbeat, going_away
    this.changes = [];                           // every change, with `at`: when it came
    this.batches = [];                           // sizes of the `changes` responses
    this.isCurrent = false;
    this.inState = resumed === undefined;        // before current, unless it goes on
    this.end = undefined;                        // the Refusal, OK too, that the stream ended with
    this.broken = undefined;                     // the promise that was broken
    this.waiting = new Set();
    stream.on('data', (response) => this.#take(response));
    stream.on('error', () => {});  // `status` follows and tells the same
    stream.on('status', (status) => {
      this.end = new Refusal(status, 'Subscribe');
      this.#wake();
    });
  }

  // Waits until `condition` holds, and answers its value.
  until(what, condition, timeout = patience) {
    return new Promise((resolve, reject) => {
      const settle = (finish, value) => {
        clearTimeout(timer);
        this.waiting.delete(check);
        finish(value);
      };
      const check = () => {
        const value = this.broken ? undefined : condition(this);
        if (this.broken) settle(reject, this.broken);
        else if (value) settle(resolve, value);
        else if (this.end) settle(reject, new Error(`${what}: ended with ${this.end.message}`));
      };
      const timer = setTimeout(() => settle(reject, new Error(
        `${what}: not within ${timeout} ms; responses: ${this.kinds.slice(-20)}; ` +
        `view: ${[...this.view.keys()].slice(0, 20)}`)), timeout);
      this.waiting.add(check);
      check();
    });
  }

  current() {
    return this.until('current', () => this.isCurrent);
  }

  // The first change of `type` (without TYPE_) about `id`, now or later.
  change(type, id) {
    return this.until(`${type} of ${id}`, () => this.changes.find(
      (change) => change.type === `TYPE_${type}` && change.presence.presence_id === id));
  }

  marker(kind, timeout) {
    return this.until(kind, () => this.kinds.includes(kind), timeout);
  }

  // Waits for the end of the stream and answers it.
  async ended(timeout) {
    let end;
    await this.until('the end of the stream', () => (end = this.end), timeout);
    return end;
  }

  // Fails as the server ends the stream, for those who expect it to be refused.
  async refusal() {
    throw await this.ended();
  }

  // What was told about `id`, as 'UPSERTED', 'REMOVED', …
  storyOf(id) {
    return this.changes.filter((change) => change.presence.presence_id === id)
      .map((change) => change.type.replace('TYPE_', ''));
  }

  cancel() {
    this.stream.cancel();
  }

  #take(response) {
    this.kinds.push(response.kind);
    try {
      this.#checkToken(response);
      switch (response.kind) {
        case 'reset':
          this.#reset();
          break;
        case 'changes':
          this.#change(response.changes.changes);
          break;
        case 'current':
          this.isCurrent = true;
          this.inState = false;
          break;
        case 'heartbeat':
          assert.ok(this.isCurrent, 'a heartbeat before current');
          break;
        default:
          assert.equal(response.kind, 'going_away');
      }
    } catch (error) {
      this.broken ??= error;
    }
    this.#wake();
  }

  #checkToken({ kind, resume_token: token }) {
    // State that is not complete cannot be resumed; what a resumed stream missed can.
    const expected = kind !== 'reset' && (kind === 'current' || !this.inState);
    assert.equal(token !== '', expected, `${kind}: resume_token '${token}'`);
    if (expected) this.token = token;
  }

  #reset() {
    this.view.clear();
    this.token = '';  // it belonged to the state that is dropped
    this.revision = 0n;
    this.isCurrent = false;
    this.inState = true;
  }

  #change(list) {
    assert.ok(list.length >= 1 && list.length <= 100, `${list.length} changes in one response`);
    this.batches.push(list.length);
    for (const change of list) this.#changeOne(change);
  }

  #changeOne(change) {
    const id = change.presence.presence_id;
    this.changes.push({ ...change, at: Date.now() });
    assert.notEqual(change.type, 'TYPE_UNSPECIFIED');
    assert.equal(change.delete_cause !== 'DELETE_CAUSE_UNSPECIFIED',
                 change.type === 'TYPE_DELETED', 'delete_cause belongs to TYPE_DELETED');
    const revision = BigInt(change.revision);
    // The state comes in any order; what follows it is newer than all of it.
    assert.ok(this.inState || revision > this.revision, `${revision} after ${this.revision}`);
    if (revision > this.revision) this.revision = revision;
    if (!gone.has(change.type)) {
      this.view.set(id, change.presence);
      return;
    }
    const known = this.view.delete(id);
    // An expiry may hit a record that the state left out as being past its end.
    assert.ok(known || this.partial || change.type === 'TYPE_EXPIRED',
              `${change.type} of ${id}, which was not here`);
  }

  #wake() {
    for (const check of [...this.waiting]) check();
  }
}
