import { beforeEach, describe, expect, test } from 'vitest';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import { TradeReconciler } from '../../../src/feed/reconcile/trade-reconciler.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const down = new MarketDataError('TIMEOUT', 'too slow');

let clock: ManualClock;
let start: number;

beforeEach(() => {
  clock = new ManualClock();
  start = clock.now();
});

describe('the reconciler of trades', () => {
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

  test('sends no trade from before it began', () => {
    expect(fetched([trade(1, -5000), trade(2, -1)])).toBe('');
    expect(streamed([trade(2, -1), ...trades(3)])).toBe('3');
  });

  test('sends once what came while the first call was under way', () => {
    expect(streamed(trades(2))).toBe('');
    expect(fetched([trade(1, -5), ...trades(2, 3)])).toBe('2,3');
    expect(streamed(trades(2, 3, 4))).toBe('4');
  });

  test('waits after an interruption until an answer has reached the stream', () => {
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

  test('waits for a call that was made after the interruption, if the stream has sent nothing', async () => {
    const askedBefore = clock.now();
    fetched([trade(1, -5)]);
    await clock.advance(10);
    reconciler.interrupt();
    expect(fetched([trade(1, -5)], askedBefore)).toBe('');
    expect(reconciler.hasGap).toBe(true);
    expect(fetched([trade(1, -5), ...trades(2)])).toBe('2');
    expect(reconciler.hasGap).toBe(false);
  });

  test('does not wait for a call because of a message without a trade', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    expect(streamed([], true)).toBe('');
    expect(reconciler.waitingSince).toBe(null);
    expect(fetched([trade(1, -5), ...trades(2)])).toBe('2');
    expect([reconciler.hasGap, reconciler.waitingSince]).toEqual([false, null]);
    expect(streamed([])).toBe('');
    expect(streamed(trades(9))).toBe('9');
  });

  test('continues with the stream after a gap that nobody can fill', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    streamed(trades(8, 7));
    expect(toText(reconciler.giveUp())).toBe('EXCHANGE_UNAVAILABLE,7,8');
    expect(streamed(trades(9))).toBe('9');
    expect(reconciler.since).toBe(start + 8);
  });

  test('sends nothing older than what it began with, where no call said what there was before', () => {
    streamed(trades(8));
    expect(toText(reconciler.giveUp())).toBe('8');
    expect(reconciler.since).toBe(start + 7);
    expect(fetched(trades(7, 8, 9))).toBe('9');
    // The stream may be late as ever.
    expect(streamed(trades(6))).toBe('6');
  });

  test('loses nothing after a gap was given up, where calls give whole seconds', () => {
    streamed(trades(8));
    reconciler.giveUp();
    reconciler.interrupt();
    expect(fetched([trade(8, 0), trade(9, 0)])).toBe('9');
  });

  test('sends each of several trades in one message, with ids or without', () => {
    fetched([trade(1, -5)]);
    const twins = [1, 1, 2].map((amount) => ({ ...trade(3), id: null, amount }));
    const sent = reconciler.take({ trades: twins, mayRepeat: false }, 'stream', clock.now()).events[0]?.value;
    expect(sent).toEqual([twins[0], { ...twins[1], nth: 2 }, twins[2]]);
  });

  test('recognises a trade that has an id in the stream and none, or another, in an answer', () => {
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

  test('does not send twice what was fetched, where the answer has nothing of the stream', () => {
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

  test('is not reached by an answer from before the last interruption', () => {
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

  test('sends in order, including held trades from before the answer', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    streamed(trades(5, 6, 9), true);
    expect(fetched([trade(1, -5), ...trades(2, 8, 9)])).toBe('2,5,6,8,9');
  });

  test('ends subscribers where the exchange does not go back to what is known', () => {
    fetched([trade(1, -5)]);
    reconciler.interrupt();
    streamed(trades(80));
    expect(fetched(trades(70, 80))).toBe('EXCHANGE_UNAVAILABLE,70,80');
    expect(fetched(trades(80))).toBe('');
  });

  test('asks once more from some trades earlier on where calls do not return the newest trade of the stream', () => {
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

  test('ends subscribers where an answer from some trades earlier on has no known one either', () => {
    fetched([trade(1, -5)]);
    streamed(trades(2, 3));
    reconciler.interrupt();
    expect(fetched(trades(70, 71))).toBe('');
    expect(fetched(trades(70, 71, 72))).toBe('EXCHANGE_UNAVAILABLE,70,71,72');
    expect(reconciler.hasGap).toBe(false);
  });

  test('takes an answer from earlier on for a gap if it has unknown trades up to the newest known one', () => {
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

  test('begins with its own time, if no call says what there was before', () => {
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

  test('is ready with the stream once it no longer waits for calls that fail', () => {
    reconciler.fail(down);
    streamed(trades(2));
    expect(reconciler.isReady).toBe(false);
    expect(toText(reconciler.giveUp())).toBe('2');
    expect([reconciler.isReady, reconciler.error]).toEqual([true, null]);
  });

  test('is ready once it is known what there was before, while the exchange does not fail', () => {
    expect(reconciler.isReady).toBe(false);
    expect(reconciler.fail(down)).toEqual([]);
    streamed(trades(2));
    expect(reconciler.isReady).toBe(false);
    fetched([trade(1, -5), ...trades(2)]);
    expect(reconciler.isReady).toBe(true);
    reconciler.fail(down);
    expect([reconciler.isReady, reconciler.error]).toEqual([false, down]);
  });

  test('sends once what two connections bring while one replaces the other, even without ids', () => {
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
