import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SharedCalls } from '../../../src/feed/resume/shared-calls.ts';
import { fetchTradeHistory, type TradeHistory } from '../../../src/feed/resume/trade-history.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Trade, TradeQuery } from '../../../src/market/model/trade.ts';

const symbol = 'BTC/USDT';
const second = 1000;
const minute = 60_000;
const day = 86_400_000;
const now = Date.UTC(2026, 0, 1);

function tradesAt(timestamps: readonly number[]): readonly Trade[] {
  const shared = { exchange: 'kraken', symbol, price: 1, amount: 1, cost: 1, side: 'buy' } as const;
  return timestamps.map((timestamp, index) => ({ ...shared, id: String(index), timestamp }));
}

/** How an exchange answers for trades. */
interface Habits {
  /** The most of one answer. */
  readonly cap: number;
  /** How it takes since: from then on, only after it, or not at all. */
  readonly since: 'inclusive' | 'exclusive' | 'ignored';
  /** From since on it gives what came within so long, in ms; null without such a bound. */
  readonly windowMs?: number | null;
  /** How many of its newest trades it serves; null where it serves all. */
  readonly kept?: number | null;
  /** Gives times in whole seconds. */
  readonly isCoarse?: boolean;
}

/** What the market data port makes of such an exchange: as `exchange/trades.ts` does. */
class Exchange {
  calls = 0;
  readonly #trades: readonly Trade[];
  readonly #habits: Habits;

  constructor(trades: readonly Trade[], habits: Habits) {
    const { isCoarse = false } = habits;
    this.#trades = trades.map((trade) => (isCoarse ? { ...trade, timestamp: floor(trade.timestamp) } : trade));
    this.#habits = habits;
  }

  fetchTrades = async ({ since, limit }: TradeQuery): Promise<readonly Trade[]> => {
    this.calls += 1;
    const { cap, since: how, windowMs = null, kept = null } = this.#habits;
    const served = kept === null ? this.#trades : this.#trades.slice(-kept);
    const most = Math.min(cap, limit);
    const newest = served.slice(-most);
    if (since === undefined) return newest;
    const cut = (trades: readonly Trade[]) => trades.filter(({ timestamp }) => timestamp >= since).slice(0, limit);
    if ((newest[0]?.timestamp ?? now) <= since || how === 'ignored') return cut(newest);
    const from = served.filter(({ timestamp }) => (how === 'exclusive' ? timestamp > since : timestamp >= since));
    const within = from.filter(({ timestamp }) => windowMs === null || timestamp < since + windowMs);
    const older = cut(within.slice(0, most));
    return older.length === 0 ? cut(newest) : older;
  };

  fetch(since: number): Promise<TradeHistory> {
    return fetchTradeHistory({ exchange: 'kraken', symbol, since, marketData: this, ...shareCalls() });
  }
}

/** Calls that histories share. */
function shareCalls() {
  return { newest: new SharedCalls<readonly Trade[]>(), pages: new SharedCalls<readonly Trade[]>() };
}

function floor(instant: number): number {
  return instant - (instant % second);
}

const ids = ({ trades }: TradeHistory): readonly (string | null)[] => trades.map(({ id }) => id);

const habits: fc.Arbitrary<Habits> = fc.record({
  cap: fc.constantFrom(5, 20, 1000),
  since: fc.constantFrom('inclusive' as const, 'exclusive' as const, 'ignored' as const),
  windowMs: fc.constantFrom(null, null, 60 * minute),
  kept: fc.constantFrom(null, null, 10, 40),
  isCoarse: fc.boolean(),
});

test('the history is whole or an error, however the exchange answers', async () => {
  let whole = 0;
  await fc.assert(
    fc.asyncProperty(
      habits,
      fc.array(fc.constantFrom(1, 7, 300, 1300, minute, 3 * minute, 50 * minute), { minLength: 3, maxLength: 80 }),
      fc.nat(100),
      fc.integer({ min: -5, max: 5 }),
      async (given, gaps, index, offset) => {
        let at = now - 30 * day + 7;
        const trades = tradesAt(gaps.map((gap) => (at += gap)));
        const since = (trades[index % trades.length]?.timestamp ?? 0) + offset;
        const exchange = new Exchange(trades, given);
        const from = given.isCoarse ? floor(since) : since;
        const wanted = trades.filter(({ timestamp }) => (given.isCoarse ? floor(timestamp) : timestamp) >= from);
        const outcome = await exchange.fetch(since).catch((error: unknown) => error);
        if (outcome instanceof MarketDataError) {
          expect(outcome).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false });
          return;
        }
        whole += 1;
        expect(ids(outcome as TradeHistory)).toEqual(wanted.map(({ id }) => id));
      },
    ),
    { numRuns: 2000 },
  );
  // It is not all errors.
  expect(whole).toBeGreaterThan(500);
});

describe('the history', () => {
  const everySecond = (count: number): readonly Trade[] =>
    tradesAt(Array.from({ length: count }, (_, index) => now - (count - index) * second + 7));

  test('costs one call where the newest trades reach back to since', async () => {
    const exchange = new Exchange(everySecond(50), { cap: 1000, since: 'inclusive' });
    expect(ids(await exchange.fetch(now - 3 * second))).toEqual(['47', '48', '49']);
    expect(exchange.calls).toBe(1);
  });

  test('of a market in which nothing was traded since is empty', async () => {
    const exchange = new Exchange(everySecond(50), { cap: 1000, since: 'inclusive' });
    expect(ids(await exchange.fetch(now))).toEqual([]);
    expect(ids(await new Exchange([], { cap: 1000, since: 'inclusive' }).fetch(now - day))).toEqual([]);
  });

  test('comes in pages where the newest do not', async () => {
    const trades = everySecond(2500);
    const exchange = new Exchange(trades, { cap: 1000, since: 'inclusive' });
    expect(ids(await exchange.fetch(trades[10]?.timestamp ?? 0))).toEqual(trades.slice(10).map(({ id }) => id));
    // The newest, and two pages that reach them.
    expect(exchange.calls).toBe(3);
    expect(ids(await exchange.fetch(trades[0]?.timestamp ?? 0))).toEqual(trades.map(({ id }) => id));
  });

  test('comes in pages even where the exchange repeats its ids', async () => {
    const trades = everySecond(2500).map((trade, index) => ({ ...trade, id: '0', nth: 1, amount: index }));
    const exchange = new Exchange(trades, { cap: 1000, since: 'inclusive' });
    const { trades: found } = await exchange.fetch(trades[10]?.timestamp ?? 0);
    expect(found.map(({ amount }) => amount)).toEqual(trades.slice(10).map(({ amount }) => amount));
  });

  test('is an error that names the oldest trade, where since is ignored and the newest do not reach it', async () => {
    const trades = everySecond(2500);
    const exchange = new Exchange(trades, { cap: 1000, since: 'ignored' });
    const oldest = new Date(trades[1500]?.timestamp ?? 0).toISOString();
    await expect(exchange.fetch(trades[10]?.timestamp ?? 0)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      retryable: false,
      message: expect.stringMatching(`kraken does not serve all trades .* without a gap is of ${oldest}`),
    });
  });

  test('is an error where the exchange no longer has what came first', async () => {
    const trades = everySecond(2500);
    const exchange = new Exchange(trades, { cap: 100, since: 'inclusive', kept: 300 });
    await expect(exchange.fetch(trades[10]?.timestamp ?? 0)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(ids(await exchange.fetch(trades[2300]?.timestamp ?? 0))).toHaveLength(200);
  });

  test('is an error where the exchange drops trades while they are being fetched', async () => {
    const trades = everySecond(2500);
    const exchange = new Exchange(trades, { cap: 100, since: 'inclusive' });
    const later = new Exchange(trades, { cap: 100, since: 'inclusive', kept: 500 });
    const fetchTrades = (query: TradeQuery): Promise<readonly Trade[]> =>
      (exchange.calls < 5 ? exchange : later).fetchTrades(query);
    const shared = shareCalls();
    const since = trades[1000]?.timestamp ?? 0;
    await expect(
      fetchTradeHistory({ exchange: 'kraken', symbol, since, marketData: { fetchTrades }, ...shared }),
    ).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('does not serve all trades'),
    });
  });

  test('may begin while nothing is traded, if an answer from earlier on shows that nothing is missing', async () => {
    const idle = [now - 9 * 60 * minute, ...Array.from({ length: 60 }, (_, index) => now - 60 * second + index)];
    const exchange = new Exchange(tradesAt(idle), { cap: 50, since: 'inclusive' });
    expect(ids(await exchange.fetch(now - 5 * 60 * minute))).toHaveLength(60);
  });

  test('of more than 10,000 trades, or of more than 12 pages, is an error with advice', async () => {
    const trades = everySecond(12_000);
    const tooMany = { code: 'BAD_USER_INPUT', message: expect.stringContaining('query trades in pages first') };
    const wide = new Exchange(trades, { cap: 1000, since: 'inclusive' });
    await expect(wide.fetch(trades[100]?.timestamp ?? 0)).rejects.toMatchObject(tooMany);
    expect(ids(await wide.fetch(trades[2500]?.timestamp ?? 0))).toHaveLength(9500);
    const narrow = new Exchange(trades, { cap: 100, since: 'inclusive' });
    await expect(narrow.fetch(trades[2500]?.timestamp ?? 0)).rejects.toMatchObject(tooMany);
    expect(narrow.calls).toBeLessThan(25);
    await expect(wide.fetch(0)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('that many clients want at once costs two calls', async () => {
    const exchange = new Exchange(everySecond(50), { cap: 1000, since: 'inclusive' });
    const shared = shareCalls();
    const { fetchTrades } = exchange;
    const histories = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        fetchTradeHistory({
          exchange: 'kraken',
          symbol,
          since: now - (index % 20) * second,
          marketData: { fetchTrades },
          ...shared,
        }),
      ),
    );
    expect(histories.map(({ trades }) => trades.length)).toEqual(Array.from({ length: 100 }, (_, n) => n % 20));
    expect(exchange.calls).toBe(2);
  });

  test('of pages that many clients want together costs few calls more than that of one', async () => {
    const trades = everySecond(4500);
    const exchange = new Exchange(trades, { cap: 1000, since: 'inclusive' });
    const shared = shareCalls();
    const { fetchTrades } = exchange;
    const back = now - 4000 * second - ((now - 4000 * second) % 10_000) + 2 * second;
    const instants = Array.from({ length: 100 }, (_, index) => back + index * 70);
    const histories = await Promise.all(
      instants.map((since) =>
        fetchTradeHistory({ exchange: 'kraken', symbol, since, marketData: { fetchTrades }, ...shared }),
      ),
    );
    const countFrom = (since: number): number => trades.filter(({ timestamp }) => timestamp >= since).length;
    expect(histories.map((history) => history.trades.length)).toEqual(instants.map(countFrom));
    // Each alone takes five. A client that comes while a call runs waits for the next one.
    expect(exchange.calls).toBeLessThan(30);
  });

  test('fails as the call does, and the next one makes a new call', async () => {
    const exchange = new Exchange(everySecond(5), { cap: 1000, since: 'inclusive' });
    const shared = shareCalls();
    let isDown = true;
    const fetchTrades = async (query: TradeQuery): Promise<readonly Trade[]> => {
      if (isDown) throw new MarketDataError('TIMEOUT', 'down');
      return exchange.fetchTrades(query);
    };
    const fetch = () =>
      fetchTradeHistory({
        exchange: 'kraken',
        symbol,
        since: now - 2 * second,
        marketData: { fetchTrades },
        ...shared,
      });
    await expect(Promise.all([fetch(), fetch()])).rejects.toMatchObject({ code: 'TIMEOUT' });
    isDown = false;
    expect((await fetch()).trades).toHaveLength(2);
  });
});
