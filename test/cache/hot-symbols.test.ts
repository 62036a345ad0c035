import { beforeEach, expect, test } from 'vitest';
import { HotSymbols } from '../../src/cache/hot-symbols.ts';
import type { MarketRef } from '../../src/market/market-ref.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

const ttlMs = 1000;
const exchange = 'kraken';
const [a, b, c] = ['A/USD', 'B/USD', 'C/USD'].map((symbol): MarketRef => ({ exchange, symbol }));
const contract = { exchange, symbol: 'A/USD:USD' };

let clock: ManualClock;
let receivedAt: Map<string, number>;
let failed: Set<string>;
let inFlight: Set<string>;
let hot: HotSymbols;

beforeEach(() => {
  clock = new ManualClock();
  receivedAt = new Map();
  failed = new Set();
  inFlight = new Set();
  hot = new HotSymbols({
    clock,
    ttlMs,
    isInFlight: ({ symbol }) => inFlight.has(symbol),
    store: {
      get: (key) => {
        const [, symbol = ''] = key.split('\n');
        const storedAt = receivedAt.get(symbol);
        const failure = failed.has(symbol) ? new Error('down') : null;
        return storedAt === undefined ? undefined : { storedAt, ttlMs, failure };
      },
    },
  });
});

function receive(market: MarketRef | undefined): void {
  if (market) receivedAt.set(market.symbol, clock.now());
}

/** Values that are hot, received now, and asked for afterwards. */
async function use(...markets: readonly (MarketRef | undefined)[]): Promise<void> {
  for (const market of markets) {
    if (market) hot.add(market);
    receive(market);
  }
  await clock.advance(10);
  for (const market of markets) if (market) hot.onAsk(market);
}

function companions(): readonly string[] {
  const found = hot.of({ exchange, symbol: 'X/USD' });
  return found.map(({ symbol }) => symbol).toSorted();
}

test('values of the same kind are companions, also before they expire', async () => {
  await use(a, b, contract);
  expect(companions()).toEqual(['A/USD', 'B/USD']);
});

test('values that were not asked for since they were received, that failed, or that are in flight are left out', async () => {
  await use(a, b, c);
  receive(a);
  failed.add('B/USD');
  expect(companions()).toEqual(['C/USD']);
  inFlight.add('C/USD');
  expect(companions()).toEqual([]);
});

test('values that nobody has asked for during two times to live are forgotten', async () => {
  await use(a);
  await clock.advance(2 * ttlMs + 1);
  expect(companions()).toEqual([]);
});

test('once companions were received one by one, none of their kind is renewed early for a minute', async () => {
  await use(a, b);
  expect(companions()).toHaveLength(2);
  await clock.advance(100);
  receive(a);
  await clock.advance(100);
  receive(b);
  await clock.advance(10);
  for (const market of [a, b]) if (market) hot.onAsk(market);
  expect(companions()).toEqual([]);
  await clock.advance(ttlMs);
  for (const market of [a, b]) if (market) hot.onAsk(market);
  expect(companions()).toEqual(['A/USD', 'B/USD']);
  await clock.advance(60_000);
  await use(a, b);
  expect(companions()).toHaveLength(2);
});

test('companions that were received together stay companions', async () => {
  await use(a, b);
  companions();
  await clock.advance(100);
  for (const market of [a, b]) receive(market);
  await clock.advance(10);
  for (const market of [a, b]) if (market) hot.onAsk(market);
  expect(companions()).toHaveLength(2);
});
