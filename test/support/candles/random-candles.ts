import type { Candle } from '../../../src/market/model/candle.ts';

export interface RandomCandlesOptions {
  readonly seed: number;
  readonly count: number;
  readonly stepMs: number;
  /** The start of the last candle, epoch ms. */
  readonly lastAt: number;
  /** Which share of the periods has no candle. */
  readonly gaps?: number;
  /** Prices are multiples of this, so that equal prices and equal moves occur. */
  readonly tick?: number;
}

/** A random walk, the same for the same options; oldest first, all closed but the last. */
export function randomCandles({ seed, count, stepMs, lastAt, gaps = 0, tick = 0 }: RandomCandlesOptions): Candle[] {
  const random = createRandom(seed);
  const round = (price: number): number => (tick > 0 ? Math.max(tick, Math.round(price / tick) * tick) : price);
  const timestamps = [lastAt];
  for (let at = lastAt; timestamps.length < count; ) {
    at -= stepMs;
    if (random() >= gaps) timestamps.unshift(at);
  }
  let close = round(100);
  return timestamps.map((timestamp) => {
    const open = close;
    close = round(open * (1 + 0.02 * (random() - 0.5)));
    const high = round(Math.max(open, close) * (1 + 0.005 * random()));
    const low = round(Math.min(open, close) * (1 - 0.005 * random()));
    const volume = random() < 0.1 ? 0 : random() * 10;
    return { timestamp, open, high, low, close, volume, closed: timestamp < lastAt };
  });
}

/** Numbers from 0 to 1 (mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
