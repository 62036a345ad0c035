import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Backlog, HistoryBudget } from '../../../src/feed/resume/backlog.ts';
import type { ResumedSubscription } from '../../../src/feed/resume/resumed-subscription.ts';
import { TradeSeam } from '../../../src/feed/resume/trade-seam.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import { candlesTooOld } from '../../../src/market/model/candle-errors.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { startTimeoutMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';
import { Reader } from '../../support/feed/reader.ts';

const btc = 'BTC/USDT';
const minute = 60_000;
const market = { exchange: 'kraken', symbol: btc };
const series = { ...market, timeframe: '1m' };
const now = Date.UTC(2026, 0, 1);

const use = useLiveFeeds();

function candlesSince(since: number): Promise<ResumedSubscription<Candle>> {
  const { feeds } = use();
  return feeds.resumeCandles(feeds.candles('kraken', btc, '1m'), series, since);
}

function tradesSince(since: number): Promise<ResumedSubscription<readonly Trade[]>> {
  const { feeds } = use();
  return feeds.resumeTrades(feeds.trades('kraken', btc), market, since);
}

/** A candle of one of the periods before now; of period 0, the forming one. */
function candleOf(period: number, volume = 1): Candle {
  return { timestamp: now + period * minute, open: 1, high: 1, low: 1, close: 1, volume, closed: false };
}

function tradeOf(id: number, timestamp: number): Trade {
  return { ...market, id: String(id), timestamp, price: 1, amount: id, cost: id, side: 'buy' };
}

const describeCandle = (value: Candle | MarketDataError): string =>
  value instanceof MarketDataError
    ? value.code
    : `${(value.timestamp - now) / minute}${value.closed ? ' closed' : ''} ${value.volume}`;

const describeTrades = (value: readonly Trade[] | MarketDataError): string =>
  value instanceof MarketDataError ? value.code : value.map(({ id }) => id).join();

function readCandles(
  events: AsyncIterableIterator<{ readonly key: string; readonly value: Candle | MarketDataError }>,
) {
  return new Reader(events, describeCandle);
}

describe('since', () => {
  test('in the future is refused, except for clocks that differ', async () => {
    const refused = { code: 'BAD_USER_INPUT', message: expect.stringMatching('which is in the future') };
    await expect(candlesSince(now + 61_000)).rejects.toMatchObject(refused);
    await expect(tradesSince(now + 61_000)).rejects.toMatchObject(refused);
    const ahead = tradesSince(now + 59_000);
    await use().clock.advance(1);
    await (await ahead).return();
    expect(use().feeds.counts.subscribers).toBe(0);
  });

  test('during an outage waits for the exchange like any other operation, and is refused with the reason of the failure', async () => {
    const { clock, feeds, operations, port } = use();
    port.fail(new MarketDataError('TIMEOUT', 'down'));
    const refusals = Promise.allSettled([operations.candles(series, now), operations.trades(market, now)]);
    await clock.advance(startTimeoutMs - 1);
    expect(feeds.counts.subscribers).toBe(2);
    await clock.advance(1);
    const refused = { status: 'rejected', reason: expect.objectContaining({ code: 'TIMEOUT', retryable: true }) };
    expect(await refusals).toEqual([refused, refused]);
    expect(feeds.counts.subscribers).toBe(0);
  });

  test('is refused with the last failure of the history, although the exchange serves live data', async () => {
    const { clock, feeds, operations, port } = use();
    port.setTrades([tradeOf(1, now)]);
    const fetchTrades = port.fetchTrades.bind(port);
    port.fetchTrades = async (query) => {
      if (query.limit === 1000) throw new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
      return fetchTrades(query);
    };
    const opening = operations.trades(market, now - minute);
    const refused = expect(opening).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
    await clock.advance(startTimeoutMs - 1000);
    expect(feeds.counts.subscribers).toBe(1);
    await clock.advance(1000);
    await refused;
    expect(feeds.counts.subscribers).toBe(0);
  });

  test('waits for history that fails at present', async () => {
    const live = use();
    const { clock, operations, port } = live;
    port.setCandles([candleOf(-1), candleOf(0)]);
    port.setTrades([tradeOf(1, now - 2 * minute), tradeOf(2, now - 1000)]);
    const fetchCandles = port.fetchCandles.bind(port);
    const fetchTrades = port.fetchTrades.bind(port);
    const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down', { retryAfterMs: 2000 });
    let isDown = true;
    port.fetchCandles = (query) => (isDown && query.since !== undefined ? Promise.reject(down) : fetchCandles(query));
    port.fetchTrades = (query) => (isDown && query.limit === 1000 ? Promise.reject(down) : fetchTrades(query));
    const candles = operations.candles(series, now - minute);
    const trades = operations.trades(market, now - minute);
    await clock.advance(1000);
    isDown = false;
    await clock.advance(1000);
    expect(live.follow(await candles, describeCandle)).toMatchObject({ ended: false });
    expect(live.follow(await trades, describeTrades)).toMatchObject({ ended: false });
  });

  test('is refused at once where the history will not be there before the operation must begin', async () => {
    const { operations, port } = use();
    port.setCandles([candleOf(-1), candleOf(0)]);
    const fetchCandles = port.fetchCandles.bind(port);
    const details = { retryAfterMs: startTimeoutMs + 1 };
    const limited = new MarketDataError('RATE_LIMITED', 'not now', details);
    port.fetchCandles = (query) => (query.since === undefined ? fetchCandles(query) : Promise.reject(limited));
    await expect(operations.candles(series, now - minute)).rejects.toBe(limited);
  });

  test('is refused for a market that does not exist', async () => {
    const error = new MarketDataError('SYMBOL_NOT_FOUND', 'no such market');
    use().port.setCandles(error);
    use().port.setTrades(error);
    await expect(candlesSince(now)).rejects.toBe(error);
    await expect(tradesSince(now)).rejects.toBe(error);
  });
});

describe('candles', () => {
  test('of the past come first, each closed, then live ones', async () => {
    const { port, clock } = use();
    port.setCandles([-3, -2, -1, 0].map((period) => candleOf(period)));
    const reader = readCandles(await candlesSince(now - 2 * minute));
    await settle();
    expect(reader.texts).toEqual(['-2 closed 1', '-1 closed 1', '0 1']);
    port.setCandles([-3, -2, -1, 0].map((period) => candleOf(period, 2)));
    await clock.advance(1000);
    expect(reader.texts.slice(3)).toEqual(['0 2']);
    await reader.leave();
  });

  test('that begin before since are not sent, not even the forming one', async () => {
    const { port, clock } = use();
    port.setCandles([candleOf(-1), candleOf(0)]);
    const reader = readCandles(await candlesSince(now + 1));
    await clock.advance(minute);
    port.setCandles([candleOf(-1), candleOf(0), candleOf(1)]);
    await clock.advance(3000);
    expect(reader.texts).toEqual(['1 1']);
    await reader.leave();
  });

  test('of a market that has been idle for long need no calls for the years in between', async () => {
    const { port } = use();
    port.setCandles([candleOf(-600_000)]);
    const reader = readCandles(await candlesSince(now - 600_000 * minute));
    await settle();
    expect(reader.texts).toEqual(['-600000 closed 1']);
    expect(port.candleCalls.every(({ since }) => since === undefined)).toBe(true);
    await reader.leave();
  });

  test('of a market without any follow when there are some, none skipped', async () => {
    const { port, clock } = use();
    const reader = readCandles(await candlesSince(now - 3 * minute));
    await clock.advance(1000);
    expect(reader.texts).toEqual([]);
    // The exchange had some that it has not listed so far.
    port.setCandles([-2, -1, 0].map((period) => candleOf(period)));
    await clock.advance(2000);
    expect(reader.texts).toEqual(['-2 closed 1', '-1 closed 1', '0 1']);
    await reader.leave();
  });

  test('that cannot be fetched before the first live one end it with a retryable error', async () => {
    const { port, streams, clock } = use();
    streams.offer('candles');
    const reader = readCandles(await candlesSince(now - 3 * minute));
    await settle();
    port.fail(new MarketDataError('TIMEOUT', 'down'));
    streams.push('candles', btc, [candleOf(0)], true);
    await clock.advance(1);
    expect(reader.texts).toEqual(['TIMEOUT']);
    expect(reader.ended).toBe(true);
    expect(use().feeds.counts.subscribers).toBe(0);
  });

  test('have the last values that live subscribers received, where the answers of the exchange lag behind', async () => {
    const live = use();
    const { port, streams } = live;
    streams.offer('candles');
    port.setCandles([candleOf(-1, 1), candleOf(0, 2)]);
    const other = live.follow(live.feeds.candles('kraken', btc, '1m'), describeCandle);
    await settle();
    streams.push('candles', btc, [candleOf(0, 2)], true);
    await live.clock.advance(59_000);
    streams.push('candles', btc, [candleOf(0, 7)]);
    await live.clock.advance(1000);
    streams.push('candles', btc, [candleOf(1, 1)]);
    await settle();
    const reader = readCandles(await candlesSince(now));
    await settle();
    expect(other.texts.slice(-2)).toEqual(['0 closed 7', '1 1']);
    expect(reader.texts).toEqual(['0 closed 7', '1 1']);
    await reader.leave();
  });

  test('that are too many for one query are refused with advice', async () => {
    const { port } = use();
    port.setCandles(Array.from({ length: 10_002 }, (_, index) => candleOf(index - 10_001)));
    await expect(candlesSince(now - 10_001 * minute)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      retryable: false,
      message: expect.stringMatching(/^More than 10000 candles .* query candles in pages first, then subscribe/),
    });
    const whole = await candlesSince(now - 10_000 * minute);
    expect(use().feeds.heldHistory).toBe(10_001);
    await whole.return();
    expect(use().feeds.heldHistory).toBe(0);
  });

  test('that the exchange no longer serves are refused in its words', async () => {
    const { port } = use();
    port.setCandles([candleOf(0)]);
    const fetchCandles = port.fetchCandles.bind(port);
    const tooOld = candlesTooOld(series, now - minute);
    port.fetchCandles = async (query) => {
      if (query.since !== undefined) throw tooOld;
      return fetchCandles(query);
    };
    await expect(candlesSince(now - 10 * minute)).rejects.toBe(tooOld);
    const tooManyParts = new MarketDataError('BAD_USER_INPUT', 'ask for a limit of up to 34.');
    port.fetchCandles = async (query) => {
      if (query.since !== undefined) throw tooManyParts;
      return fetchCandles(query);
    };
    await expect(candlesSince(now - 10 * minute)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/^ask for a limit of up to 34\. For a subscription: query candles in pages/),
    });
  });
});

describe('trades', () => {
  test('of the past come first in events of up to 250, then live ones', async () => {
    const { port, clock } = use();
    const history = Array.from({ length: 600 }, (_, id) => tradeOf(id, now - 600_000 + id * 1000 + 7));
    port.setTrades(history);
    const reader = new Reader(await tradesSince(now - 599_000), describeTrades);
    await settle();
    expect(reader.seen.map((value) => (value instanceof MarketDataError ? -1 : value.length))).toEqual([250, 250, 99]);
    port.setTrades([...history, tradeOf(600, now + 500)]);
    await clock.advance(1000);
    expect(reader.texts.at(-1)).toBe('600');
    await reader.leave();
  });

  test('are fetched once the live ones have begun, which are only those that were not there by then', async () => {
    const { port } = use();
    port.setTrades([tradeOf(1, now - 5000), tradeOf(2, now - 4000)]);
    const release = port.hold();
    const opening = tradesSince(now - 4000);
    await settle();
    expect(port.tradeCalls.map(({ limit }) => limit)).toEqual([100]);
    release();
    await (await opening).return();
    expect(port.tradeCalls.map(({ limit }) => limit)).toEqual([100, 1000]);
  });

  test('that come while the history is fetched wait, however many they are on a busy market', async () => {
    const { port, streams, clock } = use();
    streams.offer('trades');
    const history = [tradeOf(1, now - 5000), tradeOf(2, now - 4000)];
    port.setTrades(history);
    const other = new Reader(await tradesSince(now - 4000), describeTrades);
    port.setTrades([...history, tradeOf(3, now)]);
    streams.push('trades', btc, [tradeOf(3, now)], true);
    await clock.advance(1000);
    const release = port.hold();
    const opening = tradesSince(now - 4000);
    await settle();
    const count = 5000;
    const push = (from: number, to: number): void => {
      for (let id = from; id < to; id++) streams.push('trades', btc, [tradeOf(id, now + id)]);
    };
    push(4, 4 + count);
    release();
    const events = await opening;
    push(4 + count, 900 + count);
    const reader = new Reader(events, describeTrades);
    await settle();
    expect(reader.texts).toHaveLength(1 + count + 896);
    expect([reader.texts[0], reader.texts.at(-1), reader.ended]).toEqual(['2,3', `${899 + count}`, false]);
    await reader.leave();
    await other.leave();
  });

  test('that are alike are distinguished by ids, where live ones have those of calls', () => {
    const [one, twin] = [tradeOf(1, now), { ...tradeOf(1, now), id: '2' }];
    const seamOf = (hasFetchedId: boolean) =>
      new TradeSeam({
        history: { trades: [one], from: now },
        live: { newest: null, hasFetchedId: () => hasFetchedId },
        liveFrom: Number.NEGATIVE_INFINITY,
      });
    const both = [one, twin];
    expect(seamOf(true).withoutHistory(both)).toEqual([twin]);
    expect(seamOf(true).withoutHistory([twin])).toEqual([twin]);
    // Else the first that is alike is taken for it.
    expect(seamOf(false).withoutHistory([{ ...twin, id: 's1' }])).toEqual([]);
    const seam = seamOf(false);
    expect([seam.withoutHistory([{ ...one, id: 's1' }]), seam.withoutHistory([twin])]).toEqual([[], [twin]]);
    const later = [tradeOf(3, now + 11_000)];
    expect(seam.withoutHistory(later)).toBe(later);
  });

  test('of an exchange that repeats its ids are distinguished by content', async () => {
    const { port, clock } = use();
    const tapeOf = (amounts: readonly number[]): readonly Trade[] =>
      amounts.map((amount, index) => ({ ...tradeOf(amount, now + index), id: '0', nth: 1 }));
    port.setTrades(tapeOf([1, 2]));
    const describeAmounts = (value: readonly Trade[] | MarketDataError): string =>
      value instanceof MarketDataError ? value.code : value.map(({ amount }) => amount).join();
    const reader = new Reader(await tradesSince(now), describeAmounts);
    await settle();
    port.setTrades(tapeOf([1, 2, 3]));
    await clock.advance(1000);
    expect(reader.texts).toEqual(['1,2', '3']);
    await reader.leave();
  });

  test('of an exchange that repeats its ids wait until its answers have the newest', async () => {
    const live = use();
    const { port, clock } = live;
    const repeated = (amount: number): Trade => ({ ...tradeOf(amount, now - 8993 + amount * 1000), id: '0', nth: 1 });
    port.setTrades([1, 2, 3].map(repeated));
    live.follow(live.feeds.trades('kraken', btc), describeTrades);
    await clock.advance(100);
    // Another of its servers lacks the newest for a while.
    port.setTrades([1, 2].map(repeated));
    const opening = tradesSince(now - 7500);
    await clock.advance(500);
    port.setTrades([1, 2, 3].map(repeated));
    await clock.advance(1000);
    const events = await opening;
    const { value } = await events.next();
    expect(value?.value).toMatchObject([{ amount: 2 }, { amount: 3 }]);
    await events.return();
  });

  test('that the stream has sent to others are waited for until the answers of the exchange have them', async () => {
    const live = use();
    const { port, streams, clock } = live;
    streams.offer('trades');
    const known = [tradeOf(1, now - 5000), tradeOf(2, now - 4000)];
    port.setTrades(known);
    const other = live.follow(live.feeds.trades('kraken', btc), describeTrades);
    await clock.advance(1000);
    port.setTrades([...known, tradeOf(3, clock.now())]);
    streams.push('trades', btc, [tradeOf(3, clock.now())], true);
    await clock.advance(1000);
    // The exchange's answers lack it for a while.
    streams.push('trades', btc, [tradeOf(4, clock.now())]);
    expect(other.texts.slice(-1)).toEqual(['3']);
    const opening = tradesSince(now - 4000);
    let reader: Reader<readonly Trade[]> | null = null;
    void opening.then((events) => {
      reader = new Reader(events, describeTrades);
    });
    await clock.advance(900);
    expect(reader).toBe(null);
    streams.push('trades', btc, [tradeOf(5, clock.now())]);
    port.setTrades([...known, tradeOf(3, now + 1000), tradeOf(4, now + 2000)]);
    await clock.advance(1000);
    expect(other.texts.slice(-2)).toEqual(['4', '5']);
    const texts = (await opening.then(() => reader))?.texts;
    expect(texts).toEqual(['2,3,4', '5']);
    await (await opening).return();
  });

  test('that the answers of the exchange never contain end it with a retryable error', async () => {
    const live = use();
    const { port, streams, clock } = live;
    streams.offer('trades');
    port.setTrades([tradeOf(1, now - 5000)]);
    live.follow(live.feeds.trades('kraken', btc), describeTrades);
    await clock.advance(1000);
    port.setTrades([tradeOf(1, now - 5000), tradeOf(2, clock.now())]);
    streams.push('trades', btc, [tradeOf(2, clock.now())], true);
    await clock.advance(1000);
    streams.push('trades', btc, [tradeOf(3, clock.now())]);
    const opening = tradesSince(now - 4000);
    const refused = expect(opening).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
    await clock.advance(12_000);
    await refused;
  });
});

describe('a resumed subscription', () => {
  test('that is not read ends with SLOW_CONSUMER after its history', async () => {
    const { port, streams, clock, feeds } = use();
    streams.offer('trades');
    const history = [tradeOf(1, now - 5000), tradeOf(2, now - 4000)];
    port.setTrades(history);
    const events = await tradesSince(now - 4000);
    port.setTrades([...history, tradeOf(3, now)]);
    streams.push('trades', btc, [tradeOf(3, now)], true);
    await clock.advance(1000);
    for (let id = 4; id < 1100; id++) streams.push('trades', btc, [tradeOf(id, now + id)]);
    const reader = new Reader(events, describeTrades);
    await settle();
    expect(reader.texts).toEqual(['2', 'SLOW_CONSUMER']);
    expect(reader.ended).toBe(true);
    expect(feeds.counts.subscribers).toBe(0);
  });

  test('ends at once when the client leaves, whatever it waits for', async () => {
    const { port, feeds } = use();
    port.setTrades([tradeOf(1, now - 5000), tradeOf(2, now - 4000)]);
    const events = await tradesSince(now - 4000);
    expect((await events.next()).value?.value).toHaveLength(1);
    const pending = [events.next(), events.next()];
    expect(await events.return()).toEqual({ done: true, value: undefined });
    expect(await Promise.all(pending)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(feeds.counts.subscribers).toBe(0);
    await expect(events.throw(new Error('thrown'))).rejects.toThrow('thrown');
  });

  test('ends when the feeds are closed', async () => {
    const { port, feeds } = use();
    port.setTrades([tradeOf(1, now - 5000), tradeOf(2, now - 4000)]);
    const reader = new Reader(await tradesSince(now - 4000), describeTrades);
    feeds.close();
    await settle();
    expect(reader.texts).toEqual(['2']);
    expect(reader.ended).toBe(true);
  });
});

test('what all subscriptions together hold of the past is bounded, and one too many is refused', () => {
  const budget = new HistoryBudget(5);
  const [one, other] = [new Backlog<readonly number[]>(budget), new Backlog<readonly number[]>(budget)];
  one.add([
    { key: 'a', value: [1, 2] },
    { key: 'b', value: [3, 4] },
  ]);
  expect(() => other.add([{ key: 'a', value: [1, 2] }])).toThrow('to too many subscriptions at once');
  expect(one.take()?.key).toBe('a');
  other.add([{ key: 'a', value: [1, 2] }]);
  expect(budget.held).toBe(4);
  other.clear();
  expect([one.take()?.key, one.take()]).toEqual(['b', undefined]);
  expect([one.isEmpty, budget.held]).toEqual([true, 0]);
});

test('events of the past are forgotten as soon as they are taken', async () => {
  const backlog = new Backlog<object>(new HistoryBudget());
  backlog.add([
    { key: 'a', value: {} },
    { key: 'b', value: {} },
  ]);
  const taken = new WeakRef(backlog.take()?.value ?? {});
  await nextTurn();
  collectGarbage();
  expect(taken.deref()).toBeUndefined();
  expect(backlog.take()?.key).toBe('b');
});

test('a client that takes all history at once leaves others their turn', async () => {
  const { port } = use();
  port.setTrades(Array.from({ length: 900 }, (_, index) => tradeOf(index + 1, now - 5000 + index)));
  const events = await tradesSince(now - 4999);
  let turns = 0;
  const count = (): void => {
    turns += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  for (let taken = 0; taken < 4; taken += 1) {
    expect((await events.next()).done).toBe(false);
    const until = performance.now() + 25;
    while (performance.now() < until);
  }
  clearImmediate(immediate);
  await events.return();
  expect(turns).toBeGreaterThanOrEqual(3);
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
