import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../../src/market/errors.ts';
import { maxResultBytes } from '../../../../src/server/mcp/presenting/report.ts';
import { createMcpCalls, type McpCalls } from '../../../support/mcp-calls.ts';

const minute = 60_000;
const start = Date.UTC(2026, 0);
const exchange = 'exchange0';
const market = { exchange, symbol: 'TOKEN1/USDT' };

/** Two exchanges with many markets, long symbols, long histories and deep books. */
function createMany(markets: number, rows: number): McpCalls {
  const made = createMcpCalls({ ids: Array.from({ length: 200 }, (_, index) => `exchange${index}`) });
  const { marketData, clock } = made;
  clock.advance(start + rows * minute - clock.now());
  for (let index = 0; index < markets; index += 1) {
    const symbol = `TOKEN${index}/USDT`;
    const ticker = { last: 0.1 + 1 / (index + 3), quoteVolume: index * 1e7 + 1 / 3, vwap: 1 / 7, timestamp: start };
    marketData.set(symbol, index % 17 === 5 ? new MarketDataError('TIMEOUT', 'x'.repeat(900)) : ticker);
  }
  const prices = { open: 1 / 3, high: 2 / 3, low: 1 / 7, close: 1 / 9, volume: 1e9 / 7 };
  const steps = Array.from({ length: rows }, (_, index) => start + index * minute);
  marketData.setCandles(steps.map((timestamp) => ({ timestamp, ...prices, closed: true })));
  marketData.setTrades(
    steps.map((timestamp, index) => {
      const numbers = { price: 1 / 3, amount: 1 / 7, cost: 1 / 21 };
      // Three trades at each instant.
      return { ...market, id: `id${index}`, timestamp: timestamp - (index % 3) * minute, side: 'buy', ...numbers };
    }),
  );
  const side = steps.map((_, index) => ({ price: index + 1 / 3, amount: 1 / 7 }));
  marketData.setOrderBook({ bids: side, asks: side });
  marketData.derivatives.setPayments(steps.map((timestamp) => ({ timestamp, rate: 1 / 30_000 })));
  return made;
}

const many = createMany(1500, 1200);
const symbols = fc.array(fc.integer({ min: 0, max: 1600 }), { minLength: 1, maxLength: 900 });
const count = fc.integer({ min: 1, max: 1000 });
const since = fc.option(fc.integer({ min: start, max: start + 1300 * minute }), { nil: undefined });

type Call = readonly [tool: string, values: Readonly<Record<string, unknown>>];

const anyCall: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(symbols, count).map(([indices, limit]): Call => {
    return ['get_tickers', { exchange, symbols: indices.map((index) => `TOKEN${index}-USDT`), limit }];
  }),
  fc.tuple(count, since).map(([limit, from]): Call => ['get_candles', { ...market, limit, since: from }]),
  fc.tuple(count, since).map(([limit, from]): Call => ['get_trades', { ...market, limit, since: from }]),
  fc.tuple(count, since).map(([limit, from]): Call => ['get_funding_history', { ...market, limit, since: from }]),
  fc.tuple(count, fc.integer({ min: 1, max: 20 })).map(([limit, length]): Call => {
    const of = Array.from({ length }, (_, index) => ({ kind: 'BOLLINGER', period: index + 2 }));
    return ['get_indicators', { ...market, timeframe: '1m', limit: Math.min(limit, 60), of }];
  }),
  count.map((limit): Call => ['get_order_book', { ...market, limit }]),
  count.map((first): Call => ['search_markets', { exchange, first }]),
  count.map((first): Call => ['screen_markets', { exchange, first }]),
  count.map((limit): Call => ['list_exchanges', { limit }]),
  fc.tuple(fc.integer({ min: 1, max: 200 }), count).map(([length, limit]): Call => {
    const exchanges = Array.from({ length }, (_, index) => `exchange${index}`);
    return ['compare_exchanges', { exchanges, symbol: 'TOKEN1/USDT', limit }];
  }),
  // Anything else that an agent may send.
  fc.tuple(fc.constantFrom(...many.calls.tools.map(({ name }) => name)), fc.dictionary(fc.string(), fc.jsonValue())),
);

describe('whatever is asked for', () => {
  test('a result never exceeds its maximum, and says if something is missing', async () => {
    let cuts = 0;
    await fc.assert(
      fc.asyncProperty(anyCall, async ([tool, values]) => {
        const { result, data, text } = await many.call(tool, values);
        expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(maxResultBytes);
        expect(text.length).toBeGreaterThan(10);
        if (data?.cut) cuts += 1;
        if (data?.cut) expect(text).toMatch(/\n(CUT|MORE): /);
      }),
      { numRuns: 150 },
    );
    expect(cuts).toBeGreaterThan(10);
  }, 120_000);

  test('as many rows are returned as fit', async () => {
    const { result, data } = await many.call('get_candles', { ...market, limit: 1000 });
    expect(Buffer.byteLength(JSON.stringify(result))).toBeGreaterThan(maxResultBytes - 400);
    expect(data.candles.length).toBeGreaterThan(100);
    expect(data.candles.at(-1).datetime).toBe(new Date(start + 1199 * minute).toISOString());
  });
});

/** Calls the tool again with what `cut.next` says, until nothing is missing. */
async function callAll(tool: string, values: Readonly<Record<string, unknown>>, name: string): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let next: Readonly<Record<string, unknown>> | null = {};
  while (next !== null && pages.length < 100) {
    const given: Readonly<Record<string, unknown>> = { ...values, ...next };
    const { data, text } = await many.call(tool, given);
    if (!data) throw new Error(text);
    pages.push(data[name]);
    next = data.cut?.next ? { ...next, ...data.cut.next } : null;
  }
  return pages;
}

const times = (rows: readonly unknown[]): readonly unknown[] =>
  rows.map((row) => (typeof row === 'object' && row !== null ? Reflect.get(row, 'datetime') : null));

describe('following cut.next gives exactly the rest', () => {
  const steps = Array.from({ length: 1200 }, (_, index) => new Date(start + index * minute).toISOString());

  test.each([100, 137, 1000])('candles from a time on, %d at once', async (limit) => {
    const pages = await callAll('get_candles', { ...market, timeframe: '1m', since: start, limit }, 'candles');
    expect(pages.length).toBeGreaterThan(3);
    expect(times(pages.flat())).toEqual(steps);
  });

  test.each([100, 1000])('candles back in time, %d at once', async (limit) => {
    const pages = await callAll('get_candles', { ...market, timeframe: '1m', limit }, 'candles');
    expect(times(pages.reverse().flat())).toEqual(steps);
  });

  test('trades from a time on, of which several have the same time', async () => {
    const pages = await callAll('get_trades', { ...market, since: start - 3 * minute, limit: 100 }, 'trades');
    const ids = pages.flat().map((row) => Reflect.get(Object(row), 'tradeId'));
    expect(ids).toHaveLength(1200);
    expect(new Set(ids).size).toBe(1200);
  });

  test.each([
    [100, 100],
    [300, 300],
    [1000, 1000],
  ])('the newest %d trades, of which several have the same time', async (limit, least) => {
    const pages = await callAll('get_trades', { ...market, limit }, 'trades');
    const ids = pages.flat().map((row) => Reflect.get(Object(row), 'tradeId'));
    expect(new Set(ids).size).toBe(ids.length);
    const newest = Array.from({ length: least }, (_, index) => `id${1199 - index}`);
    expect(ids).toEqual(expect.arrayContaining(newest));
    // At most the other trades of the oldest instant come too.
    expect(ids.length).toBeLessThan(least + 3);
  });

  test('the end of trades needs a beginning', async () => {
    const { text, result } = await many.call('get_trades', { ...market, until: start + minute });
    expect(result.isError).toBe(true);
    expect(text).toContain('BAD_USER_INPUT: until needs since');
  });

  test('markets', async () => {
    const pages = await callAll('search_markets', { exchange, first: 1000 }, 'markets');
    const found = pages.flat().map((row) => Reflect.get(Object(row), 'symbol'));
    expect(pages.length).toBeGreaterThan(5);
    expect(found).toHaveLength(1501);
    expect(new Set(found).size).toBe(1501);
  });

  test('tickers, of which some fail', async () => {
    const asked = Array.from({ length: 700 }, (_, index) => `TOKEN${index}/USDT`);
    const pages = await callAll('get_tickers', { exchange, symbols: asked, limit: 300 }, 'tickers');
    const found = pages.flat().map((row) => Reflect.get(Object(row), 'symbol'));
    expect(found).toEqual(asked.filter((_, index) => index % 17 !== 5));
  });

  test('tickers of a page on which all fail', async () => {
    const asked = ['TOKEN5/USDT', 'TOKEN22/USDT', 'TOKEN1/USDT'];
    const pages = await callAll('get_tickers', { exchange, symbols: asked, limit: 2 }, 'tickers');
    expect(pages.map((page) => page.length)).toEqual([0, 1]);
  });

  test('exchanges, the rows of a comparison, and a ranking', async () => {
    const listed = await callAll('list_exchanges', { limit: 70 }, 'exchanges');
    expect(listed.map((page) => page.length)).toEqual([70, 70, 60]);
    const ids = listed.flat().map((row) => Reflect.get(Object(row), 'id'));
    const compared = await callAll('compare_exchanges', { exchanges: ids, symbol: 'TOKEN1/USDT' }, 'exchanges');
    expect(compared.flat().map((row) => Reflect.get(Object(row), 'exchange'))).toEqual(ids);
    const ranked = await callAll('screen_markets', { exchange, first: 200 }, 'markets');
    const symbols = ranked.flat().map((row) => Reflect.get(Object(row), 'symbol'));
    expect(new Set(symbols).size).toBe(symbols.length);
    expect(symbols.length).toBe(1000);
  });
});
