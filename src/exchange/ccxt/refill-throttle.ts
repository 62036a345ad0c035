import type { Exchange } from 'ccxt';

/** What this server uses of ccxt's throttle. */
interface Throttler {
  /** False while no request waits. */
  readonly running: boolean;
  readonly config: {
    readonly algorithm: string;
    /** Tokens per ms. */
    readonly refillRate: number;
    /** Below 0, the next request waits. */
    tokens: number;
  };
  throttle(cost?: number): Promise<unknown>;
}

/**
 * Makes ccxt's throttle count the time in which no request waits (leakyBucketLoop in throttle.js: its bucket is refilled
 * only while a request waits). Otherwise a request waits for the whole cost of the one before, however long ago that
 * was. The distance between two requests stays what the exchange asks for.
 */
export function refillThrottle(exchange: Exchange): void {
  const throttler: Throttler | undefined = exchange.throttler;
  if (throttler?.config.algorithm !== 'leakyBucket') return;
  const { config } = throttler;
  const throttle = throttler.throttle.bind(throttler);
  let passedAt = exchange.milliseconds();
  throttler.throttle = async (cost) => {
    if (!throttler.running && config.tokens < 0) {
      const idleMs = Math.max(0, exchange.milliseconds() - passedAt);
      config.tokens = Math.min(0, config.tokens + idleMs * config.refillRate);
    }
    await throttle(cost);
    passedAt = exchange.milliseconds();
  };
}
