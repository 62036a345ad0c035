import { Client, fetchExchange } from 'urql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Schedule } from '../../../../web/src/markets/live/frame-schedule.ts';
import { loadDetails } from '../../../../web/src/markets/live/load-details.ts';
import { TickerStore } from '../../../../web/src/markets/live/ticker-store.ts';
import { exampleTicker } from './example-ticker.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const immediately: Schedule = { request: (callback) => callback(), cancel: () => {} };

interface Asked {
  readonly markets: readonly { readonly exchange: string; readonly symbol: string }[];
}

/** A store that is filled by the answers of `answer`, and what it was asked for. */
function load(keys: readonly string[], answer: (asked: Asked) => Promise<object>) {
  const asked: Asked[] = [];
  const client = new Client({
    url: 'http://localhost/graphql',
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetch: async (_url, init) => {
      const { variables }: { readonly variables: Asked } = JSON.parse(String(init?.body));
      asked.push(variables);
      return Response.json(await answer(variables));
    },
  });
  const store = new TickerStore(immediately, () => 0);
  const markets = keys.map((key) => ({ exchange: key.split(':')[0] ?? '', symbol: key.split(':')[1] ?? '' }));
  const end = loadDetails(client, markets, store);
  return { store, asked, end };
}

const error = (index: number, message: string, extensions: object) => ({
  message,
  path: ['watchlist', index],
  extensions: { retryable: false, ...extensions },
});

test('asks each exchange separately, so that one that hangs does not keep others waiting', async () => {
  const { store, asked } = load(['a:X', 'b:X', 'a:Y'], ({ markets }) =>
    markets[0]?.exchange === 'b'
      ? new Promise(() => {})
      : Promise.resolve({
          data: { watchlist: markets.map(() => ({ ...exampleTicker(), market: { pricePrecision: 0.5 } })) },
        }),
  );
  await vi.waitFor(() => expect(store.row('a:Y').get()).toMatchObject({ ticker: { last: 100 }, priceStep: 0.5 }));
  expect(asked.map(({ markets }) => markets.length)).toEqual([2, 1]);
  expect(store.row('b:X').get().ticker).toBeNull();
});

test("gives each market the server's sentence about it", async () => {
  const { store } = load(['a:X', 'a:Y'], async () => ({
    data: { watchlist: [null, null] },
    errors: [
      error(1, 'a has no market "Y".', { code: 'SYMBOL_NOT_FOUND' }),
      error(0, 'a cannot be reached.', { code: 'UPSTREAM_ERROR' }),
    ],
  }));
  await vi.waitFor(() =>
    expect(store.row('a:Y').get().problem).toEqual({ isUnknown: true, reason: 'a has no market "Y".', retryAt: null }),
  );
  expect(store.row('a:X').get().problem).toMatchObject({ isUnknown: false, reason: 'a cannot be reached.' });
});

test('asks again for what failed, if that may pass, until it is ended', async () => {
  const { store, asked, end } = load(['a:X', 'a:Y'], async ({ markets }) => ({
    data: { watchlist: markets.map(({ symbol }) => (symbol === 'X' ? { ...exampleTicker(), market: null } : null)) },
    errors: [error(1, 'a does not answer.', { code: 'UPSTREAM_TIMEOUT', retryable: true, retryAfterMs: 3000 })],
  }));
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
  await vi.advanceTimersByTimeAsync(3000);
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
  expect(asked.map(({ markets }) => markets.map(({ symbol }) => symbol).join())).toEqual(['X,Y', 'Y']);
  expect(store.row('a:X').get()).toMatchObject({ ticker: { last: 100 }, priceStep: null });
  end();
  expect(vi.getTimerCount()).toBe(0);
});
