import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonSchema } from '../../../src/graphql/json-schema/json-schema.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { toOutputSchema } from '../../../src/server/mcp/tools/common/schemas.ts';
import { createTools } from '../../../src/server/mcp/tools/toolbox.ts';
import { createMcpCalls, type McpCalls } from '../../support/mcp-calls.ts';
import { compileSchema, type FindFaults } from '../openapi/compile-schema.ts';

/** Without members that are not declared, so that none can be forgotten. Clients are not that strict. */
function close(given: JsonSchema): JsonSchema {
  const { properties, items } = given;
  const closed = Object.entries(properties ?? {}).map(([name, each]) => [name, close(each)]);
  return {
    ...given,
    ...(properties ? { properties: Object.fromEntries(closed), additionalProperties: false } : {}),
    ...(items ? { items: close(items) } : {}),
  };
}

const validators: ReadonlyMap<string, FindFaults> = new Map(
  createTools(schema).map(({ name, output, hasParts = false }) => [
    name,
    compileSchema(close(toOutputSchema(output, hasParts))),
  ]),
);

const now = Date.UTC(2026, 0);
const exchange = 'kraken';
const market = { exchange, symbol: 'BTC/USDT' };
const failure = new MarketDataError('TIMEOUT', 'Too slow.', { exchange, symbol: 'ETH/USDT', retryAfterMs: 10 });

let made: McpCalls;

beforeEach(() => {
  made = createMcpCalls();
});

async function expectValid(tool: string, values: Readonly<Record<string, unknown>>): Promise<void> {
  const { data, text } = await made.call(tool, values);
  if (data === undefined) throw new Error(`${tool}: ${text}`);
  expect(validators.get(tool)?.(data)).toEqual([]);
}

const ticker = { last: 1, bid: 1, ask: 2, open: 1, high: 3, low: 1, quoteVolume: 5, baseVolume: 2, timestamp: now };

/** What an exchange can answer: everything, almost nothing, or the last known values. */
const situations: readonly (readonly [what: string, set: (made: McpCalls) => void])[] = [
  [
    'all values are there',
    ({ marketData }) => {
      marketData.set('BTC/USDT', ticker);
      marketData.set('ETH/USDT', failure);
      marketData.setOrderBook({ bids: [{ price: 1, amount: 1 }], asks: [], timestamp: now });
      marketData.setCandles([{ timestamp: now, open: 1, high: 2, low: 0.5, close: 1, volume: 3, closed: true }]);
      const figures = { price: 1, amount: 1, cost: null, side: null };
      const times = [now, now, now + 1, now + 2];
      marketData.setTrades(times.map((timestamp, index) => ({ ...market, id: `a${index}`, timestamp, ...figures })));
      marketData.derivatives.setRate({ rate: 0.1, nextFundingTime: now, intervalMs: 5, markPrice: 1 });
      marketData.derivatives.setInterest({ amount: 1, value: 2 });
      marketData.derivatives.setPayments([{ timestamp: now, rate: 0.1 }]);
    },
  ],
  ['the exchange sends nothing but names', ({ marketData }) => marketData.set('BTC/USDT', {})],
  [
    'the exchange cannot be reached',
    ({ marketData }) => {
      marketData.set('BTC/USDT', { ...ticker, stale: true, receivedAt: now });
      marketData.set('BTC/USDT', new MarketDataError('EXCHANGE_UNAVAILABLE', 'Away.'), 'binance');
      marketData.setOrderBook({ stale: true });
    },
  ],
];

const calls: readonly (readonly [tool: string, values: Readonly<Record<string, unknown>>])[] = [
  ['list_exchanges', {}],
  ['list_exchanges', { limit: 1 }],
  ['list_exchanges', { ids: ['kraken', 'krakenn'] }],
  ['search_markets', { exchange }],
  ['search_markets', { exchange, search: 'nothing' }],
  ['search_markets', { exchange, first: 1 }],
  ['get_ticker', market],
  ['get_tickers', { exchange, symbols: ['BTC/USDT', 'ETH/USDT', 'X/Y'] }],
  ['get_tickers', { exchange, symbols: ['X/Y', 'BTC/USDT'], limit: 1 }],
  ['get_candles', market],
  ['get_order_book', market],
  ['get_trades', market],
  ['get_trades', { ...market, limit: 2 }],
  ['get_trades', { ...market, since: now }],
  ['get_trades', { ...market, since: now, limit: 1 }],
  ['compare_exchanges', { exchanges: ['kraken', 'binance', 'nope'], symbol: 'BTC/USDT' }],
  ['compare_exchanges', { exchanges: ['kraken', 'binance'], symbol: 'BTC/USDT', limit: 1 }],
  ['screen_markets', { exchange, first: 1 }],
  ['screen_markets', { exchange, quote: 'EUR' }],
  ['get_indicators', { ...market, of: [{ kind: 'SMA', period: 1 }, { kind: 'MACD' }] }],
  ['get_funding_rate', market],
  ['get_funding_history', market],
  ['get_open_interest', market],
  ['get_open_interest_history', market],
];

test('each tool is called', () => {
  expect(new Set(calls.map(([tool]) => tool))).toEqual(new Set(validators.keys()));
});

describe.each(situations)('%s', (_what, set) => {
  beforeEach(() => set(made));

  test.each(calls)('%s %j gives exactly what its schema declares', async (tool, values) => {
    await expectValid(tool, values);
  });
});
