import { kraken } from 'ccxt';
import { expect, it } from 'vitest';
import { refillThrottle } from '../../../src/exchange/ccxt/refill-throttle.ts';

/** An instance of ccxt with its own clock for idle time. Below 0 tokens, its next request waits. */
function create() {
  const exchange = new kraken({ rateLimit: 20 });
  let now = 0;
  exchange.milliseconds = () => now;
  refillThrottle(exchange);
  return {
    throttle: (cost: number): Promise<unknown> => exchange.throttle(cost),
    advance: (ms: number): void => {
      now += ms;
    },
    tokens: (): unknown => exchange.throttler.config.tokens,
  };
}

it('the time in which no request waited counts', async () => {
  const { throttle, advance, tokens } = create();
  await throttle(1);
  expect(tokens()).toBe(-1);
  advance(8);
  const waiting = throttle(1);
  expect(tokens()).toBeCloseTo(-0.6);
  await waiting;
});

it('after a long pause a request does not wait, but the next one does', async () => {
  const { throttle, advance, tokens } = create();
  await throttle(40);
  advance(60_000);
  const first = throttle(1);
  expect(tokens()).toBe(-1);
  const second = throttle(1);
  await first;
  expect(tokens()).toBe(-1);
  await second;
});

it('time that has passed while a request waited counts once', async () => {
  const { throttle, advance, tokens } = create();
  await throttle(1);
  advance(8);
  const [waiting, next] = [throttle(1), throttle(1)];
  expect(tokens()).toBeCloseTo(-0.6);
  await Promise.all([waiting, next]);
});

it('an instance without the bucket of ccxt stays as it is', async () => {
  const exchange = new kraken({ rateLimit: 20, rollingWindowSize: 1000, rateLimiterAlgorithm: 'rollingWindow' });
  const { throttle } = exchange.throttler;
  refillThrottle(exchange);
  expect(exchange.throttler.throttle).toBe(throttle);
});
