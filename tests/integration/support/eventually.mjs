// eventually: waits for something that announces itself to nobody, by looking again and again.
import { setTimeout as pause } from 'node:timers/promises';

import { patience } from './environment.mjs';

// Answers the first truthy value of `look`, and says what it last saw when there is none in time.
// What `look` throws counts as "not yet".
export async function eventually(what, look, { timeout = patience, every = 5 } = {}) {
  const deadline = Date.now() + timeout;
  for (;;) {
    let seen;
    try {
      seen = await look();
      if (seen) return seen;
    } catch (error) {
      seen = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${timeout} ms; last seen: ${seen?.message ?? seen}`);
    }
    await pause(every);
  }
}

// Waits for a moment: of records that expire, which only the real clock can bring about.
export async function untilTime(millis) {
  while (Date.now() < millis) await pause(Math.min(20, Math.max(1, millis - Date.now())));
}
