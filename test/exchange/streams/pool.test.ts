import type { Exchange } from 'ccxt';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ccxtErrors, loadExchangeClass } from '../../../src/exchange/ccxt.ts';
import { type Channel, channelKey } from '../../../src/exchange/streams/channel.ts';
import { StreamPool } from '../../../src/exchange/streams/pool.ts';
import type { Subscription } from '../../../src/exchange/streams/subscription.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';

const timeoutMs = 500;
const patienceMs = 10_000;

let exchange: Exchange;
let clock: ManualClock;
let opened: number;
let closed: number;
let pools: StreamPool[];

beforeAll(async () => {
  const Kraken = await loadExchangeClass('kraken', true);
  exchange = new Kraken({});
});

beforeEach(() => {
  clock = new ManualClock();
  opened = 0;
  closed = 0;
  pools = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await settle();
  expect(clock.pending).toBe(0);
  expect(closed).toBe(opened);
});

function createPool(id = 'binance'): StreamPool {
  const pool = new StreamPool({
    exchange: id,
    openInstance: async () => {
      opened += 1;
      return {
        exchange,
        refreshMarkets: async () => {},
        close: async () => {
          closed += 1;
        },
      };
    },
    clock,
    random: () => 0,
    timeoutMs,
    patienceMs,
    onError: () => {},
  });
  pools.push(pool);
  return pool;
}

/** A subscription whose messages a test gives. */
class FakeSubscription implements Subscription {
  readonly channel: Channel;
  readonly key: string;
  /** What waits for a message, one for each connection that carries it. */
  waiting: { resolve(deliver: () => void): void; reject(error: unknown): void }[] = [];
  heard = 0;
  interruptions = 0;
  ends = 0;
  heardAt: number;
  /** How the exchange takes it back. */
  end: (() => Promise<unknown>) | null = async () => {};

  constructor(symbol: string, kind: Channel['kind'] = 'ticker', timeframe?: string) {
    this.channel = { exchange: 'binance', symbol, kind, ...(timeframe === undefined ? {} : { timeframe }) };
    this.key = channelKey(this.channel);
    this.heardAt = clock.now();
  }

  nextFrom(): Promise<() => void> {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  endAt(): Promise<unknown> | null {
    this.ends += 1;
    return this.end?.() ?? null;
  }

  interrupt(): void {
    this.interruptions += 1;
  }

  close(): void {}

  /** A message comes over the connection that waits longest, or the one at `index`. */
  async speak(index = 0): Promise<void> {
    const [waiting] = this.waiting.splice(index, 1);
    waiting?.resolve(() => {
      this.heard += 1;
      this.heardAt = clock.now();
    });
    await settle();
  }

  fail(error: unknown): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

async function join(pool: StreamPool, ...all: readonly FakeSubscription[]): Promise<void> {
  for (const each of all) pool.add(each);
  await settle();
}

test('all share one connection, which closes with the last', async () => {
  const pool = createPool();
  const [one, other] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  await join(pool, one, other);
  expect(opened).toBe(1);
  await pool.remove(one);
  expect([one.ends, opened, closed]).toEqual([1, 1, 0]);
  await pool.remove(other);
  expect([other.ends, opened, closed]).toEqual([0, 1, 1]);
  expect(pool.isEmpty).toBe(true);
});

test('one connection carries no more than the exchange allows', async () => {
  const pool = createPool('bitfinex');
  await join(pool, ...Array.from({ length: 26 }, (_, index) => new FakeSubscription(`S${index}/B`)));
  expect(opened).toBe(2);
});

test('two timeframes of a market have a connection each where ccxt would mix them up', async () => {
  const candles = (timeframe: string): FakeSubscription => new FakeSubscription('A/B', 'candles', timeframe);
  await join(createPool('kraken'), candles('1m'), candles('5m'), new FakeSubscription('A/B'));
  expect(opened).toBe(2);
  await join(createPool('binance'), candles('1m'), candles('5m'));
  expect(opened).toBe(3);
});

test('where a channel cannot be taken back, a new connection takes the others over, and they miss nothing', async () => {
  const pool = createPool();
  const [leaving, one, other] = ['A/B', 'C/D', 'E/F'].map((symbol) => new FakeSubscription(symbol));
  if (!leaving || !one || !other) throw new Error('three');
  leaving.end = null;
  await join(pool, leaving, one, other);
  await one.speak();
  await other.speak();
  await pool.remove(leaving);
  await settle();
  expect([opened, closed]).toEqual([2, 0]);
  // The old one goes on until each has heard from the new one.
  await one.speak(0);
  await one.speak(0);
  expect(closed).toBe(0);
  await other.speak(1);
  await settle();
  expect([opened, closed]).toEqual([2, 1]);
  expect([one.interruptions, other.interruptions]).toEqual([0, 0]);
  await one.speak(one.waiting.length - 1);
  expect(one.heard).toBe(4);
});

test.each([
  ['does not confirm', () => new Promise(() => {})],
  ['refuses', () => Promise.reject(new ccxtErrors.ExchangeError('no'))],
])('the same where the exchange %s that a channel ends', async (_what, end) => {
  const pool = createPool();
  const [leaving, staying] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  leaving.end = end;
  await join(pool, leaving, staying);
  const removed = pool.remove(leaving);
  await clock.advance(timeoutMs);
  await removed;
  await settle();
  expect(opened).toBe(2);
  // Not waited for longer than patience.
  await clock.advance(patienceMs);
  expect(closed).toBe(1);
  expect(staying.interruptions).toBe(1);
});

test('what drops together comes back together, after pauses that grow', async () => {
  const pool = createPool();
  const all = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  await join(pool, ...all);
  const pauses: number[] = [];
  for (let drop = 0; drop < 4; drop++) {
    for (const each of all) each.fail(new ccxtErrors.NetworkError('dropped'));
    await settle();
    let waited = 0;
    while (all.some(({ waiting }) => waiting.length === 0) && waited < 200_000) {
      await clock.advance(100);
      waited += 100;
    }
    pauses.push(waited);
  }
  expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
  expect(pauses[0]).toBeLessThanOrEqual(1000);
  expect(pauses[3]).toBeGreaterThan(2 * (pauses[1] ?? 0));
  expect(all.map(({ interruptions }) => interruptions)).toEqual([4, 4]);
  expect(opened).toBe(1);
});

test('a market that is refused waits alone, and is asked for again over another connection', async () => {
  const pool = createPool();
  const [refused, other] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  await join(pool, refused, other);
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    refused.fail(new ccxtErrors.BadSymbol('no such'));
    await settle();
    let waited = 0;
    while (refused.waiting.length === 0) {
      await clock.advance(500);
      waited += 500;
    }
    pauses.push(waited);
  }
  expect(pauses).toEqual([2500, 5000, 10_000, 20_000]);
  expect([refused.interruptions, other.interruptions]).toEqual([4, 0]);
  // The first connection is the other's, and each that was refused has gone.
  expect([opened, closed, other.waiting.length]).toEqual([5, 3, 1]);
  await refused.speak();
  await other.speak();
  expect([refused.heard, other.heard]).toEqual([1, 1]);
  await pool.remove(refused);
  expect([opened, closed]).toEqual([5, 4]);
});

test('markets that are refused together are asked for again together', async () => {
  const pool = createPool();
  const all = Array.from({ length: 20 }, (_, index) => new FakeSubscription(`S${index}/B`));
  await join(pool, ...all);
  for (const each of all) each.fail(new ccxtErrors.PermissionDenied('not now'));
  await clock.advance(5000);
  expect([opened, closed]).toEqual([2, 1]);
  expect(all.every(({ waiting }) => waiting.length === 1)).toBe(true);
});

test('a connection is dialled anew when all its markets are silent, at a pace that slows down', async () => {
  const pool = createPool();
  const [one, other] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  await join(pool, one, other);
  await clock.advance(patienceMs);
  await other.speak();
  pool.redial(one, false);
  await settle();
  expect(opened).toBe(1);
  const dials: number[] = [];
  for (let second = 0; second < 120; second++) {
    await clock.advance(1000);
    const before = opened;
    pool.redial(one, false);
    await settle();
    if (opened > before) dials.push(second);
  }
  const gaps = dials.slice(1).map((at, index) => at - (dials[index] ?? 0));
  expect(gaps.length).toBeGreaterThan(1);
  expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
  // Whoever was replaced is closed at once: it said nothing anyway.
  expect(closed).toBe(opened - 1);
});

test('messages that are known to be missed are reason enough', async () => {
  const pool = createPool();
  const [deaf, other] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  await join(pool, deaf, other);
  await clock.advance(patienceMs);
  await other.speak();
  pool.redial(deaf, true);
  await settle();
  expect([opened, closed]).toEqual([2, 0]);
  await other.speak(other.waiting.length - 1);
  await deaf.speak(deaf.waiting.length - 1);
  expect(closed).toBe(1);
});

test('whoever leaves and comes again at once is subscribed once more, after the exchange has confirmed', async () => {
  const pool = createPool();
  const [leaving, staying] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  let confirm = (): void => {};
  leaving.end = () =>
    new Promise<void>((resolve) => {
      confirm = resolve;
    });
  await join(pool, leaving, staying);
  const removed = pool.remove(leaving);
  const again = new FakeSubscription('A/B');
  await join(pool, again);
  expect(again.waiting).toHaveLength(0);
  confirm();
  await removed;
  await settle();
  expect(again.waiting).toHaveLength(1);
  expect(opened).toBe(1);
});
