import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { clients, type McpClient } from './connect.ts';

const btc = { exchange: 'sim', symbol: 'BTC/USDT' };
const swap = { exchange: 'sim', symbol: 'BTC/USDT:USDT' };
const row = expect.objectContaining({});
const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** Each tool, arguments that work with the built-in exchange, and what the data must contain. */
const calls: readonly (readonly [tool: string, args: Record<string, unknown>, data: Record<string, unknown>])[] = [
  ['list_exchanges', { limit: 2 }, { exchanges: [row, row], cut: { returned: 2, requested: 2 } }],
  ['list_exchanges', { ids: ['sim'] }, { exchanges: [{ id: 'sim', simulated: true, timeframes: expect.any(Array) }] }],
  ['search_markets', { exchange: 'sim', search: 'btc-usdt', first: 1 }, { markets: [{ symbol: 'BTC/USDT' }] }],
  ['get_ticker', { exchange: 'sim', symbol: 'BTC-USDT' }, { ticker: { symbol: 'BTC/USDT', last: expect.any(Number) } }],
  ['get_tickers', { exchange: 'sim', symbols: ['BTC-USDT', 'ETH/USDT'] }, { tickers: [row, row] }],
  ['get_candles', { ...btc, limit: 2 }, { candles: [{ closed: true }, { datetime: iso }] }],
  ['get_order_book', { ...btc, limit: 2 }, { orderBook: { symbol: 'BTC/USDT' }, levels: [row, row] }],
  ['get_trades', { ...btc, limit: 2 }, { trades: [row, row] }],
  ['compare_exchanges', { exchanges: ['sim'], symbol: 'BTC/USDT' }, { quote: { bestBidExchange: 'sim' } }],
  ['screen_markets', { exchange: 'sim', first: 2, order: 'ASC' }, { markets: [row, row] }],
  ['get_indicators', { ...btc, of: [{ kind: 'RSI' }], limit: 1 }, { rows: [{ values: [expect.any(Number)] }] }],
  ['get_funding_rate', swap, { fundingRate: { symbol: 'BTC/USDT:USDT' } }],
  ['get_funding_history', { ...swap, limit: 2 }, { payments: [row, row] }],
  ['get_open_interest', swap, { openInterest: { symbol: 'BTC/USDT:USDT' } }],
  ['get_open_interest_history', { ...swap, limit: 2 }, { history: [row, row] }],
];

let server: AppServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe.each(['http', 'stdio'])('over %s', (transport) => {
  describe.each(clients)('%s', (_name, connect) => {
    let client: McpClient;

    beforeAll(async () => {
      client = await connect(transport === 'http' ? `${server.origin}/mcp` : null);
      await client.listTools();
    });

    afterAll(async () => {
      await client.close();
    });

    test.each(calls)('%s %j', async (tool, args, data) => {
      const called = await client.call(tool, args);
      expect(called).toMatchObject({ isError: false, data });
      expect(called.data.freshness).toEqual({
        exchangeTime: called.data.freshness.exchangeTime === null ? null : iso,
        receivedAt: called.data.freshness.receivedAt === null ? null : iso,
        ageMs: called.data.freshness.exchangeTime === null ? null : expect.any(Number),
        stale: false,
      });
      expect(called.text.includes('SIMULATED')).toBe(tool !== 'list_exchanges');
      expect(called.data.simulated).toBe(tool !== 'list_exchanges');
    });

    test('each tool is described, and says that it only reads', async () => {
      const tools = await client.listTools();
      expect(new Set(tools.map(({ name }) => name))).toEqual(new Set(calls.map(([tool]) => tool)));
      for (const { description = '', annotations, outputSchema } of tools) {
        expect(description.length).toBeGreaterThan(150);
        expect(outputSchema).toMatchObject({ type: 'object', required: expect.arrayContaining(['freshness']) });
        expect(annotations).toMatchObject({
          readOnlyHint: true,
          destructiveHint: false,
          idempotentHint: true,
          openWorldHint: true,
        });
      }
    });

    test('resources are listed and read', async () => {
      expect(await client.listResources()).toEqual(['tickql://guide', 'tickql://schema']);
      expect(await client.readResource('tickql://guide')).toContain('**Symbols.**');
      expect(await client.readResource('tickql://schema')).toContain('type Query {');
      await expect(client.readResource('tickql://nothing')).rejects.toThrow(/not found/i);
    });

    test('an unknown tool is an error of the protocol that names the right one', async () => {
      await expect(client.call('get_tickr', btc)).rejects.toThrow('did you mean get_ticker?');
    });

    test('an error of a call is a result that the agent can read', async () => {
      const called = await client.call('get_ticker', { exchange: 'sim', symbol: 'BTC/USDX' });
      expect(called).toMatchObject({ isError: true, data: undefined });
      expect(called.text).toMatch(/^SYMBOL_NOT_FOUND: .*did you mean BTC\/USD/s);
    });
  });
});
