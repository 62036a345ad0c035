import { beforeEach, describe, expect, test } from 'vitest';
import { CandleReconciler } from '../../../../src/feed/reconcile/candles/candle-reconciler.ts';
import type { FeedEvent } from '../../../../src/feed/reconcile/feed-event.ts';
import { MarketDataError } from '../../../../src/market/errors.ts';
import type { Candle } from '../../../../src/market/model/candle.ts';
import type { StreamedCandle } from '../../../../src/market/ports/market-streams.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

const minute = 60_000;
const down = new MarketDataError('TIMEOUT', 'too slow');

let clock: ManualClock;
let start: number;

beforeEach(() => {
  clock = new ManualClock();
  start = clock.now();
});

describe('the reconciler of candles', () => {
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

  function streamed(...candles: readonly StreamedCandle[]): readonly string[] {
    return toTexts(reconciler.take({ candles, isWhole: true }, 'stream', clock.now()).events);
  }

  function toTexts(events: readonly FeedEvent<Candle>[]): readonly string[] {
    return events.map(({ value }) =>
      value instanceof MarketDataError
        ? value.code
        : `${(value.timestamp - start) / minute} ${value.close}${value.closed ? ' closed' : ''}`,
    );
  }

  test('sends the forming candle at each change and closes it when the next one is there', () => {
    expect(fetched([candle(-1, 5), candle(0, 1)])).toEqual(['0 1']);
    expect(streamed(candle(0, 1))).toEqual([]);
    expect(streamed(candle(0, 2))).toEqual(['0 2']);
    expect(streamed(candle(0, 3), candle(1, 1))).toEqual(['0 3 closed', '1 1']);
  });

  describe('where the stream says that a candle is final', () => {
    const final = (period: number, close: number): StreamedCandle => ({ ...candle(period, close), isFinal: true });

    test('closes it at once and exactly once, without a call', async () => {
      streamed(candle(0, 1));
      expect(streamed(final(0, 2))).toEqual(['0 2 closed']);
      expect(reconciler.dueAt).toBeNull();
      expect(streamed(final(0, 2))).toEqual([]);
      expect(streamed(final(0, 3), candle(0, 4))).toEqual([]);
      await clock.advance(minute + 30_000);
      expect(fetched([candle(0, 5)])).toEqual([]);
      expect(streamed(candle(1, 1))).toEqual(['1 1']);
    });

    test('sends one that was never seen forming, and nothing of the mark', () => {
      const { events } = reconciler.take({ candles: [final(0, 2)], isWhole: true }, 'stream', clock.now());
      const { isFinal: _isFinal, ...values } = final(0, 2);
      expect(events.map(({ value }) => value)).toEqual([{ ...values, closed: true, stale: false }]);
    });

    test('keeps the final version while it waits for a call', async () => {
      fetched([candle(0, 1)]);
      await clock.advance(minute);
      reconciler.interrupt();
      expect(streamed(final(0, 5))).toEqual([]);
      expect(streamed(candle(0, 9))).toEqual([]);
      expect(fetched([candle(0, 5)])).toEqual(['0 5', '0 5 closed']);
      expect(reconciler.dueAt).toBeNull();
    });
  });

  describe('where the stream says that there is nothing new', () => {
    test('sends nothing, and knows that no candle is missing so far', async () => {
      fetched([candle(0, 1)]);
      streamed({ ...candle(0, 1), isFinal: true });
      await clock.advance(10 * minute);
      expect(streamed()).toEqual([]);
      expect(reconciler.since).toBe(start + 8 * minute);
    });

    test('sends the forming candle once more if it was marked stale', () => {
      fetched([candle(0, 1)]);
      expect(toTexts(reconciler.fail(down))).toEqual(['0 1']);
      expect(streamed()).toEqual(['0 1']);
      expect(reconciler.latest.map(({ value }) => value)).toMatchObject([{ stale: false }]);
      expect(reconciler.error).toBeNull();
      expect(streamed()).toEqual([]);
    });

    test('keeps a gap and its failure, and nothing waits for a call', () => {
      fetched([candle(0, 1)]);
      reconciler.interrupt();
      reconciler.fail(down);
      expect(streamed()).toEqual([]);
      expect(reconciler.hasGap).toBe(true);
      expect(reconciler.error).toBe(down);
      expect(reconciler.waitingSince).toBeNull();
    });
  });

  test('keeps the mark of a candle that the stream sends as stale', () => {
    const { events } = reconciler.take({ candles: [{ ...candle(0, 1), stale: true }], isWhole: true }, 'stream', start);
    expect(events.map(({ value }) => value)).toMatchObject([{ close: 1, stale: true }]);
    expect(streamed(candle(0, 1))).toEqual(['0 1']);
  });

  test('ignores what came late', () => {
    streamed(candle(0, 1));
    streamed(candle(1, 1));
    expect(streamed(candle(0, 7))).toEqual([]);
    expect(fetched([candle(0, 7)])).toEqual([]);
  });

  test('begins with the newest candle there is, or with all that formed while calls failed', async () => {
    expect(fetched([candle(-3, 5), candle(-2, 6)])).toEqual(['-2 6 closed']);
    reconciler = new CandleReconciler({ exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m' }, clock, minute);
    await clock.advance(3 * minute);
    expect(fetched([candle(-1, 5), candle(0, 1), candle(2, 2), candle(3, 3)])).toEqual([
      '0 1 closed',
      '2 2 closed',
      '3 3',
    ]);
  });

  test('waits for a call where the stream’s first message comes after its period', async () => {
    await clock.advance(minute);
    expect(streamed(candle(1, 3))).toEqual([]);
    expect(reconciler.hasGap).toBe(true);
    expect(fetched([candle(0, 1), candle(1, 2)])).toEqual(['0 1 closed', '1 2', '1 3']);
    expect(streamed(candle(1, 4))).toEqual(['1 4']);
  });

  test('after an interruption waits for a call that was made later', async () => {
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

  test('takes a gap in the stream for an interruption', () => {
    fetched([candle(0, 1)]);
    expect(streamed(candle(2, 9))).toEqual([]);
    expect(reconciler.hasGap).toBe(true);
    expect(fetched([candle(0, 2), candle(2, 6)])).toEqual(['0 2 closed', '2 6', '2 9']);
  });

  test('continues page by page', () => {
    fetched([candle(0, 1)]);
    reconciler.interrupt();
    streamed(candle(4, 9));
    expect(fetched([candle(0, 2), candle(1, 3)], clock.now(), false)).toEqual(['0 2 closed', '1 3']);
    expect(reconciler.hasGap).toBe(true);
    expect(reconciler.since).toBe(start + minute);
    expect(fetched([candle(1, 4), candle(2, 5), candle(3, 6), candle(4, 7)]).at(-1)).toBe('4 9');
  });

  test('closes by the time of the call, not of its answer', async () => {
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

  test('continues with what is new after a gap that nobody can fill, and does not close the candle before it', () => {
    fetched([candle(0, 1)]);
    reconciler.interrupt();
    streamed(candle(5, 9), candle(6, 1));
    expect(toTexts(reconciler.giveUp())).toEqual(['EXCHANGE_UNAVAILABLE', '5 9 closed', '6 1']);
    expect(reconciler.hasGap).toBe(false);
  });

  test('ends subscribers that would miss something where the exchange refuses the call, also without a stream', () => {
    expect(toTexts(reconciler.giveUp())).toEqual([]);
    fetched([candle(0, 1)]);
    expect(reconciler.hasGap).toBe(false);
    expect(toTexts(reconciler.giveUp())).toEqual(['EXCHANGE_UNAVAILABLE']);
    expect(fetched([candle(5, 1)])).toEqual(['5 1']);
  });

  test('keeps what the stream has sent where an answer lags behind it', async () => {
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

  test('does not close a candle that still changes, although our clock is ahead', async () => {
    fetched([candle(0, 1)]);
    await clock.advance(minute + 3000);
    expect(streamed(candle(0, 7))).toEqual(['0 7']);
    expect(fetched([candle(0, 7)])).toEqual([]);
    expect(streamed(candle(0, 8), candle(1, 1))).toEqual(['0 8 closed', '1 1']);
  });

  test('does not close a candle that the exchange says is open, and asks again later', async () => {
    fetched([candle(0, 1)]);
    await clock.advance(minute + 3000);
    const open = { ...candle(0, 1), closed: false };
    expect(reconciler.take({ candles: [open], isWhole: true }, 'poll', clock.now()).events).toEqual([]);
    expect(reconciler.dueAt).toBe(clock.now() + 10_000);
  });

  test('has the last closed candle for new subscribers where none is forming, for a while even if the exchange fails', async () => {
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

  test('is ready for a market that has no candle yet, once that is known', () => {
    expect(reconciler.isReady).toBe(false);
    fetched([]);
    expect(reconciler.isReady).toBe(true);
    reconciler.fail(down);
    expect(reconciler.isReady).toBe(false);
  });

  test('takes only trades for a move of the market', async () => {
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

  test('sends the forming candle once more, stale, when the exchange fails, and again when it is back, although it is the same', () => {
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

  test('closes a stale candle with its last values, no longer stale', async () => {
    fetched([candle(0, 1)]);
    reconciler.fail(down);
    await clock.advance(2 * minute);
    const { events } = reconciler.take({ candles: [candle(0, 4), candle(1, 2)], isWhole: true }, 'poll', clock.now());
    expect(events[0]).toMatchObject({ value: { close: 4, closed: true, stale: false } });
  });
});
