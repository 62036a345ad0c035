import { beforeEach, describe, expect, test } from 'vitest';
import { CandleReconciler } from '../../../src/feed/reconcile/candle-reconciler.ts';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import { TradeReconciler } from '../../../src/feed/reconcile/trade-reconciler.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const minute = 60_000;
const down = new MarketDataError('TIMEOUT', 'too slow');

let clock: ManualClock;
let start: number;

beforeEach(() => {
  clock = new ManualClock();
  start = clock.now();
});

describe('a journal of candles', () => {
  let reconciler: CandleReconciler;

  beforeEach(() => {
    reconciler = new CandleReconciler({ exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m' }, clock, minute);
  });

  function candle(period: number, close: number): Candle {
    return { timestamp: start + period * minute, open: 1, high: 9, low: 1, close, volume: close, closed: false };
  }

  function fetched(candles: readonly Candle[], asOf = clock.now(), isWhole = true): readonly string[] {
    const known = candles.map((each) => ({ ...each, closed: each.timestamp + minute <= clock.now() }));
    return toTexts(reconciler.take({ candles: known, isWhole }, 'poll', asOf).events);
  }

  function streamed(...candles: readonly Candle[]): readonly string[] {
    return toTexts(reconciler.take({ candles, isWhole: true }, 'stream', clock.now()).events);
  }

  function toTexts(events: readonly FeedEvent<Candle>[]): readonly string[] {
    return events.map(({ value }) =>
      value instanceof MarketDataError
        ? value.code
        : `${(value.timestamp - start) / minute} ${value.close}${value.closed ? ' closed' : ''}`,
    );
  }

  test('tells the forming one at each change and closes it when the next one is there', () => {
    expect(fetched([candle(-1, 5), candle(0, 1)])).toEqual(['0 1']);
    expect(streamed(candle(0, 1))).toEqual([]);
    expect(streamed(candle(0, 2))).toEqual(['0 2']);
    expect(streamed(candle(0, 3), candle(1, 1))).toEqual(['0 3 closed', '1 1']);
  });

  test('is not taken back by what came late', () => {
    streamed(candle(0, 1));
    streamed(candle(1, 1));
    expect(streamed(candle(0, 7))).toEqual([]);
    expect(fetched([candle(0, 7)])).toEqual([]);
  });

  test('begins with the newest of what there is, and with all that came while nothing could be had', async () => {
    expect(fetched([candle(-3, 5), candle(-2, 6)])).toEqual(['-2 6 closed']);
    reconciler = new CandleReconciler({ exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m' }, clock, minute);
    await clock.advance(3 * minute);
    expect(fetched([candle(-1, 5), candle(0, 1), candle(2, 2), candle(3, 3)])).toEqual([
      '0 1 closed',
      '2 2 closed',
      '3 3',
    ]);
  });

  test('waits for a fetch where the stream’s first message comes after its period', async () => {
    await clock.advance(minute);
    expect(streamed(candle(1, 3))).toEqual([]);
    expect(reconciler.hasGap).toBe(true);
    expect(fetched([candle(0, 1), candle(1, 2)])).toEqual(['0 1 closed', '1 2', '1 3']);
    expect(streamed(candle(1, 4))).toEqual(['1 4']);
  });

  test('after an interruption waits for a fetch that was asked later', async () => {
    fetched([candle(0, 1)]);
    const askedBefore = clock.now();
    await clock.advance(2 * minute);
    reconciler.interrupt();
    expect(streamed(candle(2, 9))).toEqual([]);
    expect(fetched([candle(0, 1)], askedBefore)).toEqual([]);
    expect(reconciler.hasGap).toBe(true);
    expect(fetched([candle(0, 4), candle(1, 5), candle(2, 6)])).toEqual(['0 4 closed', '1 5 closed', '2 6', '2 9']);
    expect(reconciler.hasGap).toBe(false);
  });

  test('takes a hole in the stream for an interruption', () => {
    fetched([candle(0, 1)]);
    expect(streamed(candle(2, 9))).toEqual([]);
    expect(reconciler.hasGap).toBe(true);
    expect(fetched([candle(0, 2), candle(2, 6)])).toEqual(['0 2 closed', '2 6', '2 9']);
  });

  test('goes on page by page', () => {
    fetched([candle(0, 1)]);
    reconciler.interrupt();
    streamed(candle(4, 9));
    expect(fetched([candle(0, 2), candle(1, 3)], clock.now(), false)).toEqual(['0 2 closed', '1 3']);
    expect(reconciler.hasGap).toBe(true);
    expect(reconciler.since).toBe(start + minute);
    expect(fetched([candle(1, 4), candle(2, 5), candle(3, 6), candle(4, 7)]).at(-1)).toBe('4 9');
  });

  test('closes by the time of the question, not of the answer', async () => {
    fetched([candle(0, 1)]);
    const askedAt = clock.now();
    await clock.advance(2 * minute);
    expect(fetched([candle(0, 2)], askedAt)).toEqual(['0 2']);
    // What changed a moment ago may change again.
    expect(fetched([candle(0, 2)])).toEqual([]);
    await clock.advance(2000);
    expect(fetched([candle(0, 2)])).toEqual(['0 2 closed']);
    expect(fetched([candle(0, 2)])).toEqual([]);
  });

  test('that nobody can fill goes on with what is new, and invents no end of what it had', () => {
    fetched([candle(0, 1)]);
    reconciler.interrupt();
    streamed(candle(5, 9), candle(6, 1));
    expect(toTexts(reconciler.giveUp())).toEqual(['EXCHANGE_UNAVAILABLE', '5 9 closed', '6 1']);
    expect(reconciler.hasGap).toBe(false);
  });

  test('that the exchange refuses to go on with ends who would miss something, with polls alone too', () => {
    expect(toTexts(reconciler.giveUp())).toEqual([]);
    fetched([candle(0, 1)]);
    expect(reconciler.hasGap).toBe(false);
    expect(toTexts(reconciler.giveUp())).toEqual(['EXCHANGE_UNAVAILABLE']);
    expect(fetched([candle(5, 1)])).toEqual(['5 1']);
  });

  test('keeps what the stream has told where an answer lags behind it', async () => {
    fetched([candle(0, 1)]);
    streamed(candle(0, 100));
    await clock.advance(minute + 5000);
    streamed(candle(0, 101));
    await clock.advance(2000);
    expect(fetched([candle(0, 90)])).toEqual(['0 101 closed']);
    streamed(candle(1, 50));
    await clock.advance(11_000);
    // Long after the stream's last word the answer is what there is.
    expect(fetched([candle(1, 40)])).toEqual(['1 40']);
  });

  test('does not close what still changes, by a clock that is ahead', async () => {
    fetched([candle(0, 1)]);
    await clock.advance(minute + 3000);
    expect(streamed(candle(0, 7))).toEqual(['0 7']);
    expect(fetched([candle(0, 7)])).toEqual([]);
    expect(streamed(candle(0, 8), candle(1, 1))).toEqual(['0 8 closed', '1 1']);
  });

  test('does not close what the exchange says is open, and asks again later', async () => {
    fetched([candle(0, 1)]);
    await clock.advance(minute + 3000);
    const open = { ...candle(0, 1), closed: false };
    expect(reconciler.take({ candles: [open], isWhole: true }, 'poll', clock.now()).events).toEqual([]);
    expect(reconciler.dueAt).toBe(clock.now() + 10_000);
  });

  test('gives a newcomer the last that closed where none forms, for a while although the exchange fails', async () => {
    fetched([candle(-2, 6)]);
    expect(toTexts(reconciler.latest)).toEqual(['-2 6 closed']);
    expect(reconciler.fail(down)).toEqual([]);
    await clock.advance(minute);
    expect(toTexts(reconciler.latest)).toEqual(['-2 6 closed']);
    expect(reconciler.isReady).toBe(true);
    await clock.advance(1);
    expect(reconciler.latest).toEqual([]);
    expect(reconciler.isReady).toBe(false);
  });

  test('serves a market that has no candle yet, once that is known', () => {
    expect(reconciler.isReady).toBe(false);
    fetched([]);
    expect(reconciler.isReady).toBe(true);
    reconciler.fail(down);
    expect(reconciler.isReady).toBe(false);
  });

  test('counts as moved by trades only', async () => {
    fetched([candle(0, 1)]);
    const moved = (...candles: readonly Candle[]): boolean =>
      reconciler.take({ candles, isWhole: true }, 'poll', clock.now()).marketMoved;
    expect(moved(candle(0, 1))).toBe(false);
    expect(moved(candle(0, 2))).toBe(true);
    await clock.advance(2 * minute);
    expect(moved({ ...candle(0, 2), closed: true })).toBe(false);
    expect(moved({ ...candle(1, 3), volume: 0 })).toBe(false);
    expect(moved(candle(2, 3))).toBe(true);
  });

  test('gives the forming one once more, stale, when the exchange fails, and again when it is back, though it is the same', () => {
    expect(reconciler.fail(down)).toEqual([]);
    expect(reconciler.error).toBe(down);
    fetched([candle(0, 1)]);
    expect(reconciler.error).toBe(null);
    expect(reconciler.fail(down)).toMatchObject([{ value: { close: 1, stale: true } }]);
    expect(reconciler.fail(down)).toEqual([]);
    expect(reconciler.latest).toMatchObject([{ value: { stale: true } }]);
    const back = reconciler.take({ candles: [candle(0, 1)], isWhole: true }, 'poll', clock.now());
    expect(back.events).toMatchObject([{ value: { close: 1, stale: false } }]);
  });

  test('closes what was stale with its last values, no longer stale', async () => {
    fetched([candle(0, 1)]);
    reconciler.fail(down);
    await clock.advance(2 * minute);
    const { events } = reconciler.take({ candles: [candle(0, 4), candle(1, 2)], isWhole: true }, 'poll', clock.now());
    expect(events[0]).toMatchObject({ value: { close: 4, closed: true, stale: false } });
  });
});

describe('a journal of trades', () => {
  let reconciler: TradeReconciler;

  beforeEach(() => {
    reconciler = new TradeReconciler({ exchange: 'kraken', symbol: 'BTC/USD' }, clock);
  });

  function trade(number: number, atMs = number): Trade {
    const timestamp = start + atMs;
    const id = String(number);
    return { exchange: 'kraken', symbol: 'BTC/USD', id, timestamp, price: 1, amount: 1, cost: 1, side: 'buy' };
  }

  const trades = (...numbers: readonly number[]): readonly Trade[] => numbers.map((number) => trade(number));

  function fetched(list: readonly Trade[], asOf = clock.now()): string {
    return toText(reconciler.take({ trades: list, mayRepeat: true }, 'poll', asOf).events);
  }

  function streamed(list: readonly Trade[], mayRepeat = false): string {
    return toText(reconciler.take({ trades: list, mayRepeat }, 'stream', clock.now()).events);
  }

  function toText(events: readonly FeedEvent<readonly Trade[]>[]): string {
    return events
      .flatMap(({ value }) => (value instanceof MarketDataError ? value.code : value.map(({ id }) => id)))
      .join();
  }

  test('tells none that came before it', () => {
    expect(fetched([trade(1, -5000), trade(2, -1)])).toBe('');
    expect(streamed([trade(2, -1), ...trades(3)])).toBe('3');
  });

  test('tells what came while the first fetch was under way, once', () => {
    expect(streamed(trades(2))).toBe('');
    expect(fetched([trade(1, -5), ...trades(2, 3)])).toBe('2,3');
    expect(streamed(trades(2, 3, 4))).toBe('4');
  });

  test('waits after an interruption until a fetch has reached the stream', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    expect(streamed(trades(8))).toBe('');
    expect(fetched([trade(1, -5), ...trades(5, 6)])).toBe('5,6');
    expect(reconciler.hasGap).toBe(true);
    expect(reconciler.since).toBe(start + 5);
    expect(streamed(trades(9))).toBe('');
    expect(fetched(trades(6, 7, 8))).toBe('7,8,9');
    expect(reconciler.hasGap).toBe(false);
  });

  test('waits for a fetch that was asked after the interruption, if the stream has said nothing', async () => {
    const askedBefore = clock.now();
    fetched([trade(1, -5)]);
    await clock.advance(10);
    reconciler.interrupt();
    expect(fetched([trade(1, -5)], askedBefore)).toBe('');
    expect(reconciler.hasGap).toBe(true);
    expect(fetched([trade(1, -5), ...trades(2)])).toBe('2');
    expect(reconciler.hasGap).toBe(false);
  });

  test('does not wait for anything because of a message without a trade', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    expect(streamed([], true)).toBe('');
    expect(reconciler.waitingSince).toBe(null);
    expect(fetched([trade(1, -5), ...trades(2)])).toBe('2');
    expect([reconciler.hasGap, reconciler.waitingSince]).toEqual([false, null]);
    expect(streamed([])).toBe('');
    expect(streamed(trades(9))).toBe('9');
  });

  test('that nobody can fill goes on with the stream', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    streamed(trades(8, 7));
    expect(toText(reconciler.giveUp())).toBe('EXCHANGE_UNAVAILABLE,7,8');
    expect(streamed(trades(9))).toBe('9');
    expect(reconciler.since).toBe(start + 8);
  });

  test('that nobody could ask for what there was before tells nothing older than what it began with', () => {
    streamed(trades(8));
    expect(toText(reconciler.giveUp())).toBe('8');
    expect(reconciler.since).toBe(start + 7);
    expect(fetched(trades(7, 8, 9))).toBe('9');
    // The stream may be late as ever.
    expect(streamed(trades(6))).toBe('6');
  });

  test('that was given up loses nothing where calls give whole seconds', () => {
    streamed(trades(8));
    reconciler.giveUp();
    reconciler.interrupt();
    expect(fetched([trade(8, 0), trade(9, 0)])).toBe('9');
  });

  test('tells each of those that came in one message, ids or none', () => {
    fetched([trade(1, -5)]);
    const twins = [1, 1, 2].map((amount) => ({ ...trade(3), id: null, amount }));
    const told = reconciler.take({ trades: twins, mayRepeat: false }, 'stream', clock.now()).events[0]?.value;
    expect(told).toEqual([twins[0], { ...twins[1], nth: 2 }, twins[2]]);
  });

  test('knows a trade again that has an id in the stream and none, or another, in a fetch', () => {
    for (const toFetched of [
      (known: Trade): Trade => ({ ...known, id: null }),
      (known: Trade): Trade => ({ ...known, id: `other ${known.id}` }),
    ]) {
      reconciler = new TradeReconciler({ exchange: 'kraken', symbol: 'BTC/USD' }, clock);
      const poll = (...numbers: readonly number[]) => fetched(trades(...numbers).map(toFetched));
      expect(streamed(trades(2))).toBe('');
      expect(poll(1, 2)).not.toBe('');
      expect(reconciler.hasGap).toBe(false);
      expect(streamed(trades(2, 3))).toBe('3');
      reconciler.interrupt();
      expect(streamed(trades(3, 6))).toBe('');
      expect(poll(2, 3, 5, 6).split(',')).toHaveLength(2);
      expect(reconciler.hasGap).toBe(false);
      expect(streamed(trades(6, 7))).toBe('7');
    }
  });

  test('does not tell twice what was fetched, where nothing of the stream can be found in it', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    streamed([trade(10), trade(20)]);
    expect(
      fetched([
        { ...trade(9), id: 'a' },
        { ...trade(15), id: 'b' },
      ]),
    ).toBe('EXCHANGE_UNAVAILABLE,a,b');
    expect(toText(reconciler.giveUp())).toBe('EXCHANGE_UNAVAILABLE,20');
  });

  test('is not reached by a fetch from before the last interruption', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    streamed(trades(8));
    reconciler.interrupt();
    streamed(trades(11));
    expect(fetched([trade(1, -5), ...trades(7, 8)])).toBe('7,8');
    expect(reconciler.hasGap).toBe(true);
    expect(fetched(trades(8, 9, 10, 11))).toBe('9,10,11');
    expect(reconciler.hasGap).toBe(false);
  });

  test('tells in order what the stream held from before the answer, too', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    streamed(trades(5, 6, 9), true);
    expect(fetched([trade(1, -5), ...trades(2, 8, 9)])).toBe('2,5,6,8,9');
  });

  test('tells a hole where the exchange does not go back to what is known', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    streamed(trades(80));
    expect(fetched(trades(70, 80))).toBe('EXCHANGE_UNAVAILABLE,70,80');
    expect(fetched(trades(80))).toBe('');
  });

  test('asks once more from some trades earlier on where calls do not give the newest one that the stream gave', () => {
    fetched([trade(1, -5)]);
    expect(streamed(trades(2, 3))).toBe('2,3');
    reconciler.interrupt();
    expect(reconciler.since).toBe(start + 2);
    // The exchange never gives the third trade.
    expect(fetched(trades(4, 5))).toBe('');
    expect([reconciler.hasGap, reconciler.since]).toEqual([true, start - 6]);
    expect(fetched([trade(1, -5), ...trades(2, 4, 5)])).toBe('4,5');
    expect([reconciler.hasGap, reconciler.since]).toEqual([false, start + 4]);
  });

  test('tells a gap where an answer from some trades earlier on has none that is known either', () => {
    fetched([trade(1, -5)]);
    streamed(trades(2, 3));
    reconciler.interrupt();
    expect(fetched(trades(70, 71))).toBe('');
    expect(fetched(trades(70, 71, 72))).toBe('EXCHANGE_UNAVAILABLE,70,71,72');
    expect(reconciler.hasGap).toBe(false);
  });

  test('takes an answer from earlier on for a gap that has more than is known up to the newest', () => {
    const cases: readonly (readonly [known: readonly Trade[], narrow: readonly Trade[], wide: readonly Trade[]])[] = [
      // One that neither way has brought.
      [trades(10, 20, 30, 40), trades(50, 60), trades(10, 15, 20, 30, 50, 60)],
      // Sums under ids of their own, of trades that the stream gives one by one.
      [trades(10, 20, 21), [trade(901, 21), trade(902, 50)], [{ ...trade(900, 10) }, trade(901, 21), trade(902, 50)]],
      // A page that is too short to reach what is new.
      [trades(10, 20, 30, 40), trades(50, 60), trades(10, 20, 30)],
    ];
    for (const [known, narrow, wide] of cases) {
      reconciler = new TradeReconciler({ exchange: 'kraken', symbol: 'BTC/USD' }, clock);
      fetched([trade(1, -5)]);
      for (const each of known) streamed([{ ...each, amount: 7 }]);
      reconciler.interrupt();
      streamed(trades(70));
      const toSum = (list: readonly Trade[]) =>
        list.map((each) => ({ ...each, amount: each.timestamp === start + 10 ? 7 : 9 }));
      expect(fetched(toSum(narrow))).toBe('');
      expect(fetched(toSum(wide))).toMatch(/^EXCHANGE_UNAVAILABLE/);
    }
  });

  test('begins with its own time, if nobody can say what there was before', () => {
    reconciler.giveUp();
    expect(streamed([trade(1, -3_600_000), ...trades(2)], true)).toBe('2');
  });

  test('asks from a whole second on where the exchange gives no finer times', () => {
    fetched([trade(1, -5000)]);
    expect(reconciler.since).toBe(start - 6000);
    streamed([trade(2, 1500)]);
    fetched([trade(1, -5000), { ...trade(2), timestamp: start + 1000 }]);
    expect(streamed([trade(3, 2700)])).toBe('3');
    expect(reconciler.since).toBe(start + 2000);
  });

  test('serves with the stream once it does not wait for calls that fail any more', () => {
    reconciler.fail(down);
    streamed(trades(2));
    expect(reconciler.isReady).toBe(false);
    expect(toText(reconciler.giveUp())).toBe('2');
    expect([reconciler.isReady, reconciler.error]).toEqual([true, null]);
  });

  test('serves once it is known what there was before, while the exchange does not fail', () => {
    expect(reconciler.isReady).toBe(false);
    expect(reconciler.fail(down)).toEqual([]);
    streamed(trades(2));
    expect(reconciler.isReady).toBe(false);
    fetched([trade(1, -5), ...trades(2)]);
    expect(reconciler.isReady).toBe(true);
    reconciler.fail(down);
    expect([reconciler.isReady, reconciler.error]).toEqual([false, down]);
  });

  test('tells once what two connections bring while one takes over from the other, without ids too', () => {
    fetched([trade(1, -5)]);
    const nameless = (number: number): Trade => ({ ...trade(number), id: null });
    const tell = (list: readonly Trade[], mayRepeat: boolean) =>
      reconciler
        .take({ trades: list, mayRepeat }, 'stream', clock.now())
        .events.flatMap(({ value }) => (value instanceof MarketDataError ? [] : value));
    expect(tell([nameless(2)], false)).toHaveLength(1);
    expect(tell([nameless(2), nameless(3)], true)).toEqual([nameless(3)]);
    expect(tell([nameless(3)], false)).toEqual([{ ...nameless(3), nth: 2 }]);
  });
});
