import { beforeEach, describe, expect, test } from 'vitest';
import { CandleJournal } from '../../src/feed/candle-journal.ts';
import type { FeedEvent } from '../../src/feed/event.ts';
import { TradeJournal } from '../../src/feed/trade-journal.ts';
import type { Candle } from '../../src/market/candle.ts';
import { MarketDataError } from '../../src/market/error.ts';
import type { Trade } from '../../src/market/trade.ts';
import { ManualClock } from '../support/manual-clock.ts';

const minute = 60_000;
const down = new MarketDataError('TIMEOUT', 'too slow');

let clock: ManualClock;
let start: number;

beforeEach(() => {
  clock = new ManualClock();
  start = clock.now();
});

describe('a journal of candles', () => {
  let journal: CandleJournal;

  beforeEach(() => {
    journal = new CandleJournal('1m', clock);
  });

  function candle(period: number, close: number): Candle {
    return { timestamp: start + period * minute, open: 1, high: 9, low: 1, close, volume: close, closed: false };
  }

  function fetched(candles: readonly Candle[], asOf = clock.now(), isWhole = true): readonly string[] {
    return toTexts(journal.take({ candles, isWhole }, 'poll', asOf).events);
  }

  function streamed(...candles: readonly Candle[]): readonly string[] {
    return toTexts(journal.take({ candles, isWhole: true }, 'stream', clock.now()).events);
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
    expect(fetched([candle(-3, 5), candle(-2, 6)])).toEqual(['-2 6', '-2 6 closed']);
    journal = new CandleJournal('1m', clock);
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
    expect(journal.isBehind).toBe(true);
    expect(fetched([candle(0, 1), candle(1, 2)])).toEqual(['0 1 closed', '1 2', '1 3']);
    expect(streamed(candle(1, 4))).toEqual(['1 4']);
  });

  test('after an interruption waits for a fetch that was asked later', async () => {
    fetched([candle(0, 1)]);
    const askedBefore = clock.now();
    await clock.advance(2 * minute);
    journal.interrupt();
    expect(streamed(candle(2, 9))).toEqual([]);
    expect(fetched([candle(0, 1)], askedBefore)).toEqual([]);
    expect(journal.isBehind).toBe(true);
    expect(fetched([candle(0, 4), candle(1, 5), candle(2, 6)])).toEqual(['0 4 closed', '1 5 closed', '2 6', '2 9']);
    expect(journal.isBehind).toBe(false);
  });

  test('takes a hole in the stream for an interruption', () => {
    fetched([candle(0, 1)]);
    expect(streamed(candle(2, 9))).toEqual([]);
    expect(journal.isBehind).toBe(true);
    expect(fetched([candle(0, 2), candle(2, 6)])).toEqual(['0 2 closed', '2 6', '2 9']);
  });

  test('goes on page by page', () => {
    fetched([candle(0, 1)]);
    journal.interrupt();
    streamed(candle(4, 9));
    expect(fetched([candle(0, 2), candle(1, 3)], clock.now(), false)).toEqual(['0 2 closed', '1 3']);
    expect(journal.isBehind).toBe(true);
    expect(journal.since).toBe(start + minute);
    expect(fetched([candle(1, 4), candle(2, 5), candle(3, 6), candle(4, 7)]).at(-1)).toBe('4 9');
  });

  test('closes by the time of the question, not of the answer', async () => {
    fetched([candle(0, 1)]);
    const askedAt = clock.now();
    await clock.advance(2 * minute);
    expect(fetched([candle(0, 2)], askedAt)).toEqual(['0 2']);
    expect(fetched([candle(0, 2)])).toEqual(['0 2 closed']);
    expect(fetched([candle(0, 2)])).toEqual([]);
  });

  test('that nobody can fill goes on with what is new, and invents no end of what it had', () => {
    fetched([candle(0, 1)]);
    journal.interrupt();
    streamed(candle(5, 9), candle(6, 1));
    expect(toTexts(journal.giveUp())).toEqual(['5 9 closed', '6 1']);
    expect(journal.isBehind).toBe(false);
  });

  test('tells an error once, and again after a value', () => {
    expect(toTexts(journal.fail(down))).toEqual(['TIMEOUT']);
    expect(journal.fail(down)).toEqual([]);
    streamed(candle(0, 1));
    expect(toTexts(journal.fail(down))).toEqual(['TIMEOUT']);
  });
});

describe('a journal of trades', () => {
  let journal: TradeJournal;

  beforeEach(() => {
    journal = new TradeJournal(clock);
  });

  function trade(number: number, atMs = number): Trade {
    const timestamp = start + atMs;
    const id = String(number);
    return { exchange: 'kraken', symbol: 'BTC/USD', id, timestamp, price: 1, amount: 1, cost: 1, side: 'buy' };
  }

  const trades = (...numbers: readonly number[]): readonly Trade[] => numbers.map((number) => trade(number));

  function fetched(list: readonly Trade[], asOf = clock.now()): string {
    return toText(journal.take(list, 'poll', asOf).events);
  }

  function streamed(list: readonly Trade[]): string {
    return toText(journal.take(list, 'stream', clock.now()).events);
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
    journal.interrupt();
    expect(streamed(trades(8))).toBe('');
    expect(fetched(trades(5, 6))).toBe('5,6');
    expect(journal.isBehind).toBe(true);
    expect(journal.since).toBe(start + 6);
    expect(streamed(trades(9))).toBe('');
    expect(fetched(trades(6, 7, 8))).toBe('7,8,9');
    expect(journal.isBehind).toBe(false);
  });

  test('waits for a fetch that was asked after the interruption, if the stream has said nothing', async () => {
    const askedBefore = clock.now();
    fetched([trade(1, -5)]);
    await clock.advance(10);
    journal.interrupt();
    expect(fetched([trade(1, -5)], askedBefore)).toBe('');
    expect(journal.isBehind).toBe(true);
    expect(fetched(trades(2))).toBe('2');
    expect(journal.isBehind).toBe(false);
  });

  test('that nobody can fill goes on with the stream', () => {
    fetched([trade(1, -5)]);
    journal.interrupt();
    streamed(trades(8, 7));
    expect(toText(journal.giveUp())).toBe('7,8');
    expect(streamed(trades(9))).toBe('9');
    expect(journal.since).toBe(start + 9);
  });

  test('tells each of those that came in one message, ids or none', () => {
    fetched([trade(1, -5)]);
    const twins = [1, 1, 2].map((amount) => ({ ...trade(3), id: null, amount }));
    const told = journal.take(twins, 'stream', clock.now()).events[0]?.value;
    expect(told).toEqual(twins);
  });

  test('knows a trade again that has an id in the stream and none, or another, in a fetch', () => {
    for (const toFetched of [
      (known: Trade): Trade => ({ ...known, id: null }),
      (known: Trade): Trade => ({ ...known, id: `other ${known.id}` }),
    ]) {
      journal = new TradeJournal(clock);
      const poll = (...numbers: readonly number[]) => fetched(trades(...numbers).map(toFetched));
      expect(streamed(trades(2))).toBe('');
      expect(poll(1, 2)).not.toBe('');
      expect(journal.isBehind).toBe(false);
      expect(streamed(trades(2, 3))).toBe('3');
      journal.interrupt();
      expect(streamed(trades(3, 6))).toBe('');
      expect(poll(2, 3, 5, 6).split(',')).toHaveLength(2);
      expect(journal.isBehind).toBe(false);
      expect(streamed(trades(6, 7))).toBe('7');
    }
  });

  test('does not tell twice what was fetched, where nothing of the stream can be found in it', () => {
    fetched([trade(1, -5)]);
    journal.interrupt();
    streamed([trade(10), trade(20)]);
    expect(
      fetched([
        { ...trade(9), id: 'a' },
        { ...trade(15), id: 'b' },
      ]),
    ).toBe('a,b');
    expect(toText(journal.giveUp())).toBe('20');
  });
});
