import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Failure } from '../../../../../web/src/client/error-text.ts';
import { CandleFeed, type LiveCandles } from '../../../../../web/src/market/chart/candles/candle-feed.ts';
import type { CandlePage } from '../../../../../web/src/market/chart/candles/load-candles.ts';
import { candleAt } from './test-candles.ts';

const busy: Failure = { message: 'kraken is busy.', retryAfterMs: 1000, at: 0 };
const gone: Failure = { message: 'kraken no longer has the candles.', retryAfterMs: null, at: 0 };

/** A server whose answers a test gives when it wants to. */
class FakeServer {
  readonly untils: (number | null)[] = [];
  live: LiveCandles | null = null;
  followed = 0;
  #answers: ((page: CandlePage) => void)[] = [];

  readonly feed = new CandleFeed({
    load: (until) => {
      this.untils.push(until);
      return new Promise((resolve) => this.#answers.push(resolve));
    },
    follow: (live) => {
      this.followed++;
      this.live = live;
      return () => {
        this.live = null;
      };
    },
  });

  async answer(page: CandlePage): Promise<void> {
    this.#answers.shift()?.(page);
    await vi.advanceTimersByTimeAsync(0);
  }

  async page(minutes: readonly number[], isBeginning = false): Promise<void> {
    await this.answer({ kind: 'page', candles: minutes.map((minute) => candleAt(minute)), isBeginning });
  }

  async send(minute: number, close = 100, isStale = false): Promise<void> {
    this.live?.onCandle(candleAt(minute, close), isStale);
    await vi.advanceTimersByTimeAsync(100);
  }

  get minutes(): readonly number[] {
    return this.feed.candles.get().map(({ timestamp }) => (timestamp - candleAt(0).timestamp) / 60_000);
  }
}

let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
});

afterEach(() => {
  server.feed.close();
  vi.useRealTimers();
});

test('live candles continue the newest page, and older pages come before it', async () => {
  expect(server.followed).toBe(0);
  await server.page([10, 11, 12]);
  expect(server.live?.since()).toBe(candleAt(12).timestamp);
  await server.send(12, 105);
  await server.send(13);
  server.feed.loadOlder();
  server.feed.loadOlder();
  expect(server.untils).toEqual([null, candleAt(10).timestamp]);
  await server.page([8, 9]);
  expect(server.minutes).toEqual([8, 9, 10, 11, 12, 13]);
  expect(server.feed.candles.get()[4]).toEqual(candleAt(12, 105));
  expect(server.feed.history.get()).toEqual({ kind: 'partial' });
});

test('after a reconnect the candles are asked for from the newest one on, even from one that is not drawn yet', async () => {
  await server.page([10]);
  server.live?.onCandle(candleAt(11), false);
  expect(server.live?.since()).toBe(candleAt(11).timestamp);
});

test('many candles at once change the list once', async () => {
  await server.page([0]);
  let changes = 0;
  server.feed.candles.subscribe(() => changes++);
  for (let minute = 1; minute <= 1000; minute++) server.live?.onCandle(candleAt(minute), false);
  await vi.advanceTimersByTimeAsync(100);
  expect(changes).toBe(1);
  expect(server.minutes.length).toBe(1001);
});

test('at the beginning of the history nothing older is asked for', async () => {
  await server.page([10]);
  server.feed.loadOlder();
  await server.page([], true);
  server.feed.loadOlder();
  expect(server.feed.history.get()).toEqual({ kind: 'complete' });
  expect(server.untils.length).toBe(2);
});

test('a market without candles begins with the forming one', async () => {
  await server.page([], true);
  expect(server.live?.since()).toBeNull();
  await server.send(3);
  expect(server.minutes).toEqual([3]);
});

test('a page that fails is asked for again when the error says so, and not before', async () => {
  await server.answer({ kind: 'failed', failure: busy });
  expect(server.feed.history.get()).toEqual({ kind: 'failed', failure: busy });
  server.feed.loadOlder();
  expect(server.untils.length).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(server.untils).toEqual([null, null]);
  await server.page([1]);
  expect(server.followed).toBe(1);
});

test('a final failure waits for somebody who tries again', async () => {
  await server.page([10]);
  server.feed.loadOlder();
  await server.answer({ kind: 'failed', failure: gone });
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(server.untils.length).toBe(2);
  server.feed.retry();
  await server.page([9]);
  expect(server.minutes).toEqual([9, 10]);
});

test('what is stale is said, until it is not', async () => {
  await server.page([10]);
  await server.send(10, 100, true);
  expect(server.feed.live.get()).toEqual({ isStale: true, failure: null });
  await server.send(10);
  expect(server.feed.live.get()).toEqual({ isStale: false, failure: null });
});

test('if what was missed cannot be had, the chart begins anew, and a page that comes late is not mixed in', async () => {
  await server.page([10]);
  await server.send(11);
  server.feed.loadOlder();
  server.live?.onFailure(gone);
  expect(server.feed.live.get().failure?.message).toBe(gone.message);
  await vi.advanceTimersByTimeAsync(5_000);
  await server.page([8, 9]);
  expect(server.minutes).toEqual([]);
  await server.page([500]);
  expect(server.minutes).toEqual([500]);
  expect(server.followed).toBe(2);
});

test('a subscription that is refused at once is not repeated by itself', async () => {
  await server.page([10]);
  server.live?.onFailure(gone);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(server.feed.live.get().failure).toEqual(gone);
  expect(server.untils.length).toBe(1);
  server.feed.retry();
  await server.page([10]);
  expect(server.followed).toBe(2);
});

test('after the end nothing happens any more', async () => {
  await server.page([10]);
  server.live?.onCandle(candleAt(11), false);
  server.feed.loadOlder();
  server.feed.close();
  await server.page([8, 9]);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(server.minutes).toEqual([10]);
  expect(server.live).toBeNull();
});
