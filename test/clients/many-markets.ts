import { once } from 'node:events';
import { pino } from 'pino';
import { MarketDataError } from '../../src/market/errors.ts';
import { ofUnknownFreshness } from '../../src/market/model/fresh.ts';
import type { Market } from '../../src/market/model/market.ts';
import type { MarketData } from '../../src/market/ports/market-data.ts';
import { createGate } from '../../src/server/access/gate.ts';
import { createGraphQLServer } from '../../src/server/graphql/pipeline.ts';
import { createHttpServer } from '../../src/server/http/http-server.ts';
import { FakeMarketData, tickerOf } from '../support/fake-market-data.ts';
import { createLimits, createSubscriptionMemory } from '../support/limits.ts';
import { LiveFeeds } from '../support/live-feeds.ts';
import { ManualClock } from '../support/manual-clock.ts';

export const symbols: readonly string[] = [
  'BTC/USD:BTC-261225',
  'BTC/USD:BTC-261225-90000-C',
  'BTC/USD:BTC-261225-90000-P',
  'BTC/USDT',
  'BTC/USDT:USDT',
  'ETH/USDT',
  'ETH/USDT:USDT',
];

/** A server over two exchanges that have the same markets. The trades of every market have the same ids; okx gives none. */
export interface ManyMarkets {
  readonly url: string;
  /** The answer to an operation. Throws where it has errors. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is up to its query
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<any>;
  /** From now on every price is higher by this. */
  raise(by: number): void;
  stop(): Promise<void>;
}

export async function startManyMarkets(): Promise<ManyMarkets> {
  const clock = new ManualClock(1_700_000_000_000);
  const fake = new FakeMarketData(clock, ['kraken', 'okx']);
  let raised = 0;
  // A price of its own for every market, and numbers of trades that are the same in all.
  const priceOf = (exchange: string, symbol: string): number => {
    const at = symbols.indexOf(symbol);
    if (at < 0) throw new MarketDataError('SYMBOL_NOT_FOUND', `no market ${symbol}`);
    return 1000 * (at + 1) + (exchange === 'okx' ? 500 : 0) + raised;
  };
  const level = (price: number) => ({ price, amount: 1 });
  const overrides: Partial<MarketData> = {
    fetchMarkets: async (exchange) =>
      ofUnknownFreshness(new Map(symbols.map((symbol) => [symbol, marketOf(exchange, symbol)]))),
    fetchTickers: async (exchange, asked) =>
      new Map(
        asked.map((symbol) => {
          const ticker = tickerOf({ exchange, symbol, last: priceOf(exchange, symbol), receivedAt: 1 });
          return [symbol, ofUnknownFreshness(ticker)];
        }),
      ),
    fetchOrderBook: async ({ exchange, symbol, limit }) => {
      const price = priceOf(exchange, symbol);
      const steps = Array.from({ length: limit }, (_, step) => step + 1);
      return ofUnknownFreshness({
        ...{ exchange, symbol, timestamp: null, receivedAt: 1, stale: false },
        bids: steps.map((step) => level(price - step)),
        asks: steps.map((step) => level(price + step)),
      });
    },
    fetchTrades: async ({ exchange, symbol, limit }) =>
      ofUnknownFreshness(
        Array.from({ length: limit }, (_, at) => ({
          ...{ exchange, symbol, timestamp: clock.now(), price: priceOf(exchange, symbol), amount: 1, cost: null },
          ...(exchange === 'okx' ? { id: null, nth: at + 1 } : { id: String(at + 1) }),
          side: 'buy' as const,
        })),
      ),
  };
  const graphql = createGraphQLServer({
    marketData: Object.assign(fake, overrides),
    live: new LiveFeeds().operations,
    gate: createGate(),
    openOperations: createLimits().operations,
    subscriptionMemory: createSubscriptionMemory(),
    log: pino({ level: 'silent' }),
  });
  const http = createHttpServer(graphql);
  const port = await http.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}/graphql`;
  return {
    url,
    ask: async (query, variables = {}) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = await response.json();
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    raise: (by) => {
      raised += by;
    },
    stop: async () => {
      const closed = once(http.server, 'close');
      await http.close();
      await closed;
    },
  };
}

function marketOf(exchange: string, symbol: string): Market {
  const [pair = '', contract] = symbol.split(':');
  const [base = '', quote = ''] = pair.split('/');
  return {
    ...{ exchange, symbol, base, quote, settle: contract?.split('-')[0] ?? null, active: true, contractSize: null },
    ...{ type: contract ? 'swap' : 'spot', expiry: null, pricePrecision: null, amountPrecision: null },
  };
}

/** Selects of each of many markets of both exchanges what a cache may mix up. */
export function selectAll(): string {
  const parts = ['kraken', 'okx'].flatMap((exchange) =>
    symbols.map((symbol, at) => {
      const market = `exchange: "${exchange}", symbol: "${symbol}"`;
      const name = `${exchange}${at}`;
      return `
        t${name}: ticker(${market}) { __typename id symbol last exchange { __typename id name } }
        m${name}: market(${market}) { __typename id symbol base ticker { __typename id last } }
        a${name}: orderBook(${market}, limit: 1) { __typename id bids { __typename price amount } }
        b${name}: orderBook(${market}, limit: 3) { __typename id bids { __typename price amount } }
        e${name}: trades(${market}, limit: 3) { __typename id tradeId price amount side }
        n${name}: node(id: "Ticker:${exchange}:${symbol}") { __typename id ... on Ticker { last stale } }
        o${name}: node(id: "OrderBook:${exchange}:3:${symbol}") { __typename id ... on OrderBook { mid } }`;
    }),
  );
  return `query All { ${parts.join('')}
    exchange(id: "kraken") { __typename id name markets(first: 3) { __typename
      nodes { __typename id symbol } pageInfo { __typename endCursor } } } }`;
}
