// Random: a seeded generator, so that a failing run can be repeated with PRESENCES_SEED.

export class Random {
  constructor() {
    this.seed = Number(process.env.PRESENCES_SEED ?? Date.now() % 1_000_000_007);
    this.state = this.seed;
    console.log(`seed ${this.seed}; repeat with PRESENCES_SEED=${this.seed}`);
  }

  // mulberry32
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let x = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  }

  below(bound) {
    return Math.floor(this.next() * bound);
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}
