import type { Exchange } from 'ccxt';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Channel, channelKey } from '../../../src/exchange/ccxt/channel.ts';
import { ccxtErrors, loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { StreamBatchSizes } from '../../../src/exchange/learned/stream-batches.ts';
import { StreamPool } from '../../../src/exchange/streams/pool.ts';
import type { Subscription } from '../../../src/exchange/streams/subscription.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

const timeoutMs = 500;
const silenceMs = 10_000;

let exchange: Exchange;
/** True once a socket of the newest instance has failed. */
let isBroken: boolean;
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
  isBroken = false;
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
      isBroken = false;
      const number = opened;
      return {
        exchange,
        get isBroken() {
          return number === opened && isBroken;
        },
        whenConnected: async () => true,
        messagePauseMs: 10,
        refreshMarkets: async () => {},
        close: async () => {
          closed += 1;
        },
      };
    },
    clock,
    random: () => 0,
    timeoutMs,
    silenceMs,
    batchSizes: new StreamBatchSizes(clock),
    onError: () => {},
  });
  pools.push(pool);
  return pool;
}

/** A subscription whose messages the test sends. */
class FakeSubscription implements Subscription {
  readonly channel: Channel;
  readonly key: string;
  /** The calls that wait for a message, one for each connection that carries the subscription. */
  waiting: { resolve(deliver: (isFirst: boolean) => void): void; reject(error: unknown): void }[] = [];
  /** For each message, whether it was the first of its connection. */
  readonly firsts: boolean[] = [];
  interruptions = 0;
  ends = 0;
  refusals = 0;
  waitUntil = 0;
  onOpen: (() => void) | null = null;
  /** How the exchange ends the channel. */
  end: (() => Promise<unknown>) | null = async () => {};

  constructor(symbol: string, kind: Channel['kind'] = 'ticker', timeframe?: string) {
    this.channel = { exchange: 'binance', symbol, kind, ...(timeframe === undefined ? {} : { timeframe }) };
    this.key = channelKey(this.channel);
  }

  get heard(): number {
    return this.firsts.length;
  }

  nextFrom(): Promise<(isFirst: boolean) => void> {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  groupOver(): null {
    return null;
  }

  async request(): Promise<void> {}

  async requestAll(): Promise<void> {}

  canUnwatchAll(): boolean {
    return false;
  }

  async unwatchAll(): Promise<void> {}

  unwatch(): Promise<unknown> | null {
    this.ends += 1;
    return this.end?.() ?? null;
  }

  interrupt(): void {
    this.interruptions += 1;
  }

  close(): void {}

  /** Sends a message over the connection that has waited longest, or the one at `index`. */
  async speak(index = 0): Promise<void> {
    const [waiting] = this.waiting.splice(index, 1);
    waiting?.resolve((isFirst) => this.firsts.push(isFirst));
    await settle();
  }

  fail(error: unknown): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

/** The socket of the newest instance drops, and everything that it carries. */
function drop(...all: readonly FakeSubscription[]): void {
  isBroken = true;
  for (const each of all) each.fail(new ccxtErrors.NetworkError('dropped'));
}

async function join(pool: StreamPool, ...all: readonly FakeSubscription[]): Promise<void> {
  for (const each of all) pool.add(each);
  await settle();
}

test('all subscriptions share one connection, which closes with the last one', async () => {
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

test('two timeframes of a market have a connection each if ccxt would mix them up', async () => {
  const candles = (timeframe: string): FakeSubscription => new FakeSubscription('A/B', 'candles', timeframe);
  await join(createPool('kraken'), candles('1m'), candles('5m'), new FakeSubscription('A/B'));
  expect(opened).toBe(2);
  await join(createPool('binance'), candles('1m'), candles('5m'));
  expect(opened).toBe(3);
});

/** How long after its opening a connection is replaced because channels have ended. */
const replacedAfterMs = 10_000;

test('if a channel cannot be ended, a new connection takes over the others without a missed message', async () => {
  const pool = createPool();
  const [leaving, one, other] = ['A/B', 'C/D', 'E/F'].map((symbol) => new FakeSubscription(symbol));
  if (!leaving || !one || !other) throw new Error('three');
  leaving.end = null;
  await join(pool, leaving, one, other);
  await one.speak();
  await other.speak();
  await pool.remove(leaving);
  await clock.advance(replacedAfterMs);
  expect([opened, closed]).toEqual([2, 0]);
  // Each is served by the old connection until the new one has delivered, and by only one of them.
  await one.speak(0);
  await one.speak(0);
  await one.speak(0);
  expect([one.firsts, closed]).toEqual([[true, false, true], 0]);
  await other.speak(1);
  await settle();
  expect([opened, closed]).toEqual([2, 1]);
  expect([one.interruptions, other.interruptions]).toEqual([0, 0]);
});

test('channels that end one after the other are removed by one replacement, and the rest is served throughout', async () => {
  const pool = createPool();
  const leaving = Array.from({ length: 20 }, (_, index) => new FakeSubscription(`S${index}/B`));
  const staying = new FakeSubscription('A/B');
  await join(pool, staying, ...leaving);
  await clock.advance(replacedAfterMs);
  for (const each of leaving) {
    each.end = null;
    await pool.remove(each);
    await clock.advance(20);
    await staying.speak();
  }
  await clock.advance(1000);
  expect(opened).toBe(2);
  // Another one ends before the new connection has delivered, and the serving connection continues.
  await staying.speak(0);
  expect([staying.heard, staying.interruptions, closed]).toEqual([21, 0, 0]);
  const late = new FakeSubscription('Z/B');
  late.end = null;
  await join(pool, late);
  await pool.remove(late);
  await clock.advance(replacedAfterMs);
  expect([opened, closed]).toEqual([3, 0]);
  await staying.speak(staying.waiting.length - 1);
  await settle();
  expect([staying.heard, staying.interruptions, closed]).toEqual([22, 0, 2]);
});

test.each([
  ['does not confirm', () => new Promise(() => {})],
  ['refuses', () => Promise.reject(new ccxtErrors.ExchangeError('no'))],
])('the same if the exchange %s that a channel ends', async (_what, end) => {
  const pool = createPool();
  const [leaving, staying] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  leaving.end = end;
  await join(pool, leaving, staying);
  const removed = pool.remove(leaving);
  await clock.advance(timeoutMs);
  await removed;
  await clock.advance(replacedAfterMs);
  expect([opened, closed]).toEqual([2, 0]);
  // A requested subscription without a message may be of an idle market: it is not waited for longer than `silenceMs`.
  await clock.advance(1.25 * silenceMs);
  expect([closed, staying.interruptions]).toEqual([1, 0]);
});

test('subscriptions that drop together come back together, after growing pauses', async () => {
  const pool = createPool();
  const all = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  await join(pool, ...all);
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    drop(...all);
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
  // Each time a new instance: what ccxt knew about the market before may be wrong.
  expect([opened, closed]).toEqual([5, 4]);
});

test('a subscription that fails alone recovers alone, over the same connection', async () => {
  const pool = createPool();
  const [failing, other] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  await join(pool, failing, other);
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    failing.fail(new ccxtErrors.ExchangeNotAvailable('no snapshot'));
    await settle();
    let waited = 0;
    while (failing.waiting.length === 0) {
      await clock.advance(100);
      waited += 100;
    }
    pauses.push(waited);
  }
  expect(pauses).toEqual([500, 1000, 2000]);
  expect([failing.interruptions, other.interruptions, opened]).toEqual([3, 0, 1]);
});

test('a subscription that has received messages is not disturbed by an error that is reported to all', async () => {
  const pool = createPool();
  const [refused, other] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  await join(pool, refused, other);
  await other.speak();
  const error = new ccxtErrors.BadSymbol('A/B');
  for (const each of [refused, other]) each.fail(error);
  await settle();
  expect([other.waiting.length, other.interruptions, refused.interruptions]).toEqual([1, 0, 1]);
  // Its own error is reported twice in a row.
  other.fail(error);
  await settle();
  expect([other.waiting.length, other.interruptions]).toEqual([0, 1]);
});

test('a market that is refused waits alone, and is requested again over another connection', async () => {
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
  // The first connection belongs to the other market; those with a refusal are closed.
  expect([opened, closed, other.waiting.length]).toEqual([5, 3, 1]);
  await refused.speak();
  await other.speak();
  expect([refused.heard, other.heard]).toEqual([1, 1]);
  await pool.remove(refused);
  expect([opened, closed]).toEqual([5, 4]);
});

test('markets that are refused together are requested again together', async () => {
  const pool = createPool();
  const all = Array.from({ length: 20 }, (_, index) => new FakeSubscription(`S${index}/B`));
  await join(pool, ...all);
  for (const each of all) each.fail(new ccxtErrors.PermissionDenied('not now'));
  await clock.advance(5000);
  expect([opened, closed]).toEqual([2, 1]);
  expect(all.every(({ waiting }) => waiting.length === 1)).toBe(true);
});

test('a connection is replaced when all its markets are silent, at a pace that slows down', async () => {
  const pool = createPool();
  const [one, other] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  await join(pool, one, other);
  await clock.advance(silenceMs);
  await other.speak();
  pool.reconnect(one, false);
  await settle();
  expect(opened).toBe(1);
  const dials: number[] = [];
  for (let second = 0; second < 120; second++) {
    await clock.advance(1000);
    const before = opened;
    pool.reconnect(one, false);
    await settle();
    if (opened > before) dials.push(second);
  }
  const gaps = dials.slice(1).map((at, index) => at - (dials[index] ?? 0));
  expect(gaps.length).toBeGreaterThan(1);
  expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
  // A replaced connection is closed immediately: it was silent anyway.
  expect(closed).toBe(opened - 1);
});

test('a connection is also replaced when messages are known to be missed', async () => {
  const pool = createPool();
  const [unresponsive, other] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  await join(pool, unresponsive, other);
  await clock.advance(silenceMs);
  await other.speak();
  // It is not a reason if the subscription was just requested, or while it waits because of a refusal.
  pool.reconnect(unresponsive, true);
  await settle();
  expect(opened).toBe(1);
  await clock.advance(10);
  pool.reconnect(unresponsive, true);
  await settle();
  expect([opened, closed]).toEqual([2, 0]);
  await other.speak(other.waiting.length - 1);
  await unresponsive.speak(unresponsive.waiting.length - 1);
  expect(closed).toBe(1);
});

test('a subscription that ends and starts again is subscribed again after the exchange has confirmed the end', async () => {
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

test('an outage or a refusal is not retried more often because it is silent', async () => {
  const count = async (error: Error, isSocket: boolean): Promise<number> => {
    opened = 0;
    closed = 0;
    const pool = createPool();
    const lonely = new FakeSubscription('A/B');
    await join(pool, lonely);
    let asked = 0;
    for (let second = 0; second < 1800; second++) {
      if (lonely.waiting.length > 0) {
        asked += 1;
        isBroken = isSocket;
        lonely.fail(error);
      }
      await clock.advance(1000);
      pool.reconnect(lonely, second % 2 === 0);
    }
    await pool.close();
    return asked;
  };
  expect(await count(new ccxtErrors.NetworkError('down'), true)).toBeLessThan(70);
  expect(await count(new ccxtErrors.BadSymbol('no'), false)).toBeLessThan(20);
});

test('a refused market whose connection is replaced meanwhile is carried once, and leaves nothing', async () => {
  const pool = createPool();
  const [refused, staying, leaving] = ['A/B', 'C/D', 'E/F'].map((symbol) => new FakeSubscription(symbol));
  if (!refused || !staying || !leaving) throw new Error('three');
  leaving.end = null;
  await join(pool, refused, staying, leaving);
  await clock.advance(replacedAfterMs);
  refused.fail(new ccxtErrors.BadSymbol('no'));
  await settle();
  await pool.remove(leaving);
  await clock.advance(10_000);
  expect(refused.waiting).toHaveLength(1);
  await pool.remove(refused);
  await pool.remove(staying);
  expect([pool.isEmpty, closed]).toEqual([true, opened]);
});

test('a subscription that is refused over the new connection is interrupted when the old one closes', async () => {
  const pool = createPool();
  const [refused, other, leaving] = ['A/B', 'C/D', 'E/F'].map((symbol) => new FakeSubscription(symbol));
  if (!refused || !other || !leaving) throw new Error('three');
  leaving.end = null;
  await join(pool, refused, other, leaving);
  await refused.speak();
  await pool.remove(leaving);
  await clock.advance(replacedAfterMs);
  const [, anew] = refused.waiting;
  anew?.reject(new ccxtErrors.BadSymbol('no'));
  await settle();
  // The old connection still serves it.
  await refused.speak(0);
  expect([refused.heard, refused.interruptions]).toEqual([2, 0]);
});

/** A subscription whose market is calm, and the number of times that it was open. */
function calm(symbol: string): { readonly subscription: FakeSubscription; readonly opens: () => number } {
  const subscription = new FakeSubscription(symbol, 'liquidations');
  let opens = 0;
  subscription.onOpen = () => {
    opens += 1;
  };
  return { subscription, opens: () => opens };
}

test('a calm subscription is not disturbed by errors that are reported to all, but its own comes again at once', async () => {
  const pool = createPool();
  const { subscription, opens } = calm('A/B');
  await join(pool, subscription);
  await clock.advance(6000);
  for (let hours = 0; hours < 3; hours++) {
    subscription.fail(new ccxtErrors.BadSymbol('C/D'));
    await clock.advance(3_600_000);
    expect([subscription.waiting.length, subscription.interruptions, opens(), opened]).toEqual([1, 0, 1, 1]);
  }
  for (let time = 0; time < 2; time++) {
    subscription.fail(new ccxtErrors.BadSymbol('A/B'));
    await settle();
  }
  expect([subscription.waiting.length, subscription.interruptions]).toEqual([0, 1]);
});

test('a calm subscription that fails alone is requested over another connection, which says when it is open', async () => {
  const pool = createPool();
  const { subscription, opens } = calm('A/B');
  await join(pool, subscription);
  await clock.advance(100);
  expect(opens()).toBe(1);
  subscription.fail(new ccxtErrors.RateLimitExceeded('too many'));
  await clock.advance(10_000);
  expect([subscription.interruptions, opens(), opened, closed]).toEqual([1, 2, 2, 1]);
});

test('a calm subscription is not interrupted while one of two connections has it open', async () => {
  const pool = createPool();
  const { subscription, opens } = calm('A/B');
  const leaving = new FakeSubscription('C/D', 'liquidations');
  leaving.end = null;
  await join(pool, subscription, leaving);
  await clock.advance(replacedAfterMs);
  await pool.remove(leaving);
  await clock.advance(1500);
  expect([opened, closed, opens()]).toEqual([2, 0, 2]);
  // The old connection fails, and the new one stays.
  const [old] = subscription.waiting.splice(0, 1);
  old?.reject(new ccxtErrors.NetworkError('dropped'));
  await settle();
  expect(subscription.interruptions).toBe(0);
  drop(subscription);
  await settle();
  expect(subscription.interruptions).toBe(1);
});

test('a subscription that ends immediately opens nothing', async () => {
  const pool = createPool();
  const brief = new FakeSubscription('A/B');
  pool.add(brief);
  await pool.remove(brief);
  await settle();
  expect([opened, closed, pool.isEmpty]).toEqual([0, 0, true]);
});

test('a channel that was not ended at the exchange still keeps another timeframe away', async () => {
  const pool = createPool('kraken');
  const candles = (timeframe: string): FakeSubscription => new FakeSubscription('A/B', 'candles', timeframe);
  const [leaving, staying, joining] = [candles('1m'), new FakeSubscription('A/B'), candles('5m')];
  leaving.end = null;
  await join(pool, leaving, staying);
  await pool.remove(leaving);
  await join(pool, joining);
  expect(opened).toBe(2);
  // The same channel returns to its connection.
  await join(pool, candles('1m'));
  expect(opened).toBe(2);
});

test('the old connection continues until the subscriptions were requested from the new one long ago', async () => {
  const pool = createPool();
  const all = Array.from({ length: 2000 }, (_, index) => new FakeSubscription(`S${index}/B`));
  const leaving = new FakeSubscription('A/B');
  leaving.end = null;
  await join(pool, leaving);
  await join(pool, ...all.slice(0, 1000));
  await clock.advance(replacedAfterMs);
  await pool.remove(leaving);
  await clock.advance(1000);
  expect(opened).toBe(2);
  // With a message every 10 ms, the last one is requested after 10 s: the old connection serves it meanwhile.
  await clock.advance(1.5 * silenceMs);
  await all[999]?.speak(0);
  expect(all[999]?.heard).toBe(1);
  expect(closed).toBe(0);
  await clock.advance(silenceMs);
  expect(closed).toBe(1);
});

test('a connection that backs off after a drop is not replaced, because it reconnects without the ended channels', async () => {
  const pool = createPool();
  const [leaving, staying] = [new FakeSubscription('A/B'), new FakeSubscription('C/D')];
  leaving.end = null;
  await join(pool, leaving, staying);
  await clock.advance(replacedAfterMs - 1000);
  await pool.remove(leaving);
  await clock.advance(900);
  drop(staying);
  // The moment at which it would have been replaced.
  await clock.advance(200);
  expect(opened).toBe(1);
  await clock.advance(5000);
  expect([opened, closed, staying.waiting.length]).toEqual([2, 1, 1]);
});

test('closing does not wait for an instance that is not open yet', async () => {
  let finish = (): void => {};
  const pool = new StreamPool({
    exchange: 'binance',
    openInstance: () =>
      new Promise((resolve) => {
        finish = () =>
          resolve({
            exchange,
            isBroken: false,
            whenConnected: async () => true,
            messagePauseMs: 10,
            refreshMarkets: async () => {},
            close: async () => {
              closed += 1;
            },
          });
      }),
    clock,
    random: () => 0,
    timeoutMs,
    silenceMs,
    batchSizes: new StreamBatchSizes(clock),
    onError: () => {},
  });
  await join(pool, new FakeSubscription('A/B'));
  await pool.close();
  expect(closed).toBe(0);
  finish();
  await settle();
  expect(closed).toBe(1);
  opened += 1;
});
