import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregate, createSimAt, fetchRows, symbols, times } from './sim-at.ts';

const dayMs = 86_400_000;

describe('at any moment', () => {
  it('ticker, trades, book and candles agree', async () => {
    await fc.assert(
      fc.asyncProperty(symbols, times, async (symbol, time) => {
        const { sim } = createSimAt(time);
        const ticker = await sim.fetchTicker(symbol);
        const book = await sim.fetchOrderBook(symbol, 100);
        const [trade] = (await sim.fetchTrades(symbol, undefined, 1)).slice(-1);
        const tickTime = Math.floor(time / 250) * 250;

        expect([ticker.timestamp, book.timestamp, trade?.timestamp]).toEqual([tickTime, tickTime, tickTime]);
        expect(ticker.datetime).toBe(new Date(tickTime).toISOString());
        expect([ticker.close, trade?.price]).toEqual([ticker.last, ticker.last]);
        expect(book.bids[0]).toEqual([ticker.bid, ticker.bidVolume]);
        expect(book.asks[0]).toEqual([ticker.ask, ticker.askVolume]);
        expect(trade?.side === 'buy' ? ticker.ask : ticker.bid).toBe(ticker.last);
        for (const timeframe of Object.keys(sim.timeframes)) {
          const [row] = await sim.fetchOHLCV(symbol, timeframe, undefined, 1);
          expect([timeframe, row?.[4]]).toEqual([timeframe, ticker.last]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("the ticker's day is the newest 1440 one-minute candles", async () => {
    await fc.assert(
      fc.asyncProperty(symbols, times, async (symbol, time) => {
        const { sim, clock } = createSimAt(time - dayMs / 3);
        await sim.fetchTicker(symbol);
        clock.now = time;
        const ticker = await sim.fetchTicker(symbol);
        const rows = (await fetchRows(sim, symbol, '1m', time - dayMs, time + 1)).slice(-1440);
        const lot = sim.market(symbol).precision.amount ?? 0;
        const day = aggregate(rows);
        expect(rows).toHaveLength(1440);
        expect(ticker).toMatchObject({ open: day.open, high: day.high, low: day.low, last: day.close });
        expect(Math.round((ticker.baseVolume ?? 0) / lot)).toBe(day.lots);
        const paid = rows.reduce((sum, { high, low, close, lots }) => sum + ((high + low + close) / 3) * lots * lot, 0);
        expect((ticker.quoteVolume ?? 0) / paid).toBeCloseTo(1, 8);
        expect((ticker.vwap ?? 0) / (paid / (day.lots * lot))).toBeCloseTo(1, 8);
        expect(ticker.change).toBeCloseTo(day.close - day.open, 9);
        expect(ticker.percentage).toBeCloseTo(((day.close - day.open) / day.open) * 100, 9);
      }),
      { numRuns: 10 },
    );
  });

  it('all tickers are of the same tick and equal the single ones', async () => {
    const { sim } = createSimAt(Date.UTC(2025, 5, 10, 13, 17, 23, 400));
    const tickers = await sim.fetchTickers();
    expect(Object.keys(tickers).toSorted()).toEqual(sim.symbols.toSorted());
    for (const symbol of sim.symbols) expect(tickers[symbol]).toEqual(await sim.fetchTicker(symbol));
  });
});

describe('an order book', () => {
  it('has the requested number of positive levels, in order, and never crosses', async () => {
    await fc.assert(
      fc.asyncProperty(symbols, times, fc.integer({ min: 1, max: 100 }), async (symbol, time, limit) => {
        const { bids, asks } = await createSimAt(time).sim.fetchOrderBook(symbol, limit);
        expect([bids.length, asks.length]).toEqual([limit, limit]);
        const prices = [...bids.toReversed(), ...asks].map(([price = 0]) => price);
        for (const [index, price] of prices.entries()) expect(price).toBeGreaterThan(prices[index - 1] ?? 0);
        for (const [, amount] of [...bids, ...asks]) expect(amount).toBeGreaterThan(0);
      }),
    );
  });

  it('is 20 levels deep by default and 100 at most', async () => {
    const { sim } = createSimAt(Date.UTC(2025, 5, 10));
    expect((await sim.fetchOrderBook('BTC/USDT')).bids).toHaveLength(20);
    expect((await sim.fetchOrderBook('BTC/USDT', 5000)).asks).toHaveLength(100);
  });

  it('keeps its first levels when more are requested', async () => {
    const { sim } = createSimAt(Date.UTC(2025, 5, 10));
    const [shallow, deep] = [await sim.fetchOrderBook('BTC/USDT', 5), await sim.fetchOrderBook('BTC/USDT', 50)];
    expect(deep.bids.slice(0, 5)).toEqual(shallow.bids);
    expect(deep.asks.slice(0, 5)).toEqual(shallow.asks);
  });
});

describe('trades', () => {
  it('are one or more per tick, with growing ids, and add up to the second they belong to', async () => {
    await fc.assert(
      fc.asyncProperty(symbols, times, async (symbol, time) => {
        const second = Math.floor(time / 1000) * 1000;
        const { sim } = createSimAt(second + 999);
        const trades = await sim.fetchTrades(symbol, second, 1000);
        const [candle] = await fetchRows(sim, symbol, '1s', second, second + 1000);
        const lot = sim.market(symbol).precision.amount ?? 0;
        const rows = trades.map(({ timestamp = 0, price = 0, amount = 0 }) => ({
          ...{ timestamp, open: price, high: price, low: price, close: price },
          lots: Math.round(amount / lot),
        }));
        expect(aggregate(rows)).toEqual(candle);
        expect([...new Set(trades.map(({ timestamp = 0 }) => timestamp - second))]).toEqual([0, 250, 500, 750]);
        for (const [index, { id, price = 0, amount = 0, cost }] of trades.entries()) {
          expect(Number(id)).toBeGreaterThan(Number(trades[index - 1]?.id ?? 0));
          expect(amount).toBeGreaterThan(0);
          expect(cost).toBeCloseTo(price * amount, 6);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are the newest without since, and otherwise the first ones from since on', async () => {
    const now = Date.UTC(2025, 5, 10, 13, 17, 23, 400);
    const { sim } = createSimAt(now);
    const all = await sim.fetchTrades('BTC/USDT', now - 60_000, 1000);
    expect(all[0]?.timestamp).toBe(Math.ceil((now - 60_000) / 250) * 250);
    expect(all.at(-1)?.timestamp).toBe(Math.floor(now / 250) * 250);
    expect(await sim.fetchTrades('BTC/USDT', undefined, 7)).toEqual(all.slice(-7));
    expect(await sim.fetchTrades('BTC/USDT', now - 60_000, 7)).toEqual(all.slice(0, 7));
    expect(await sim.fetchTrades('BTC/USDT')).toEqual(all.slice(-100));
    expect(await sim.fetchTrades('BTC/USDT', now)).toEqual([]);
    expect(await sim.fetchTrades('BTC/USDT', undefined, 5000)).toHaveLength(1000);
  });

  it('begin in 2015', async () => {
    const { sim } = createSimAt(Date.UTC(2025, 5, 10));
    expect((await sim.fetchTrades('BTC/USDT', 0, 1))[0]?.timestamp).toBe(Date.UTC(2015, 0, 1));
    expect(await createSimAt(Date.UTC(2014, 11, 31)).sim.fetchTrades('BTC/USDT')).toEqual([]);
  });
});
