import type { Clock } from '../../src/base/clock.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import { type Fresh, ofUnknownFreshness } from '../../src/market/model/fresh.ts';
import type { Markets } from '../../src/market/model/market.ts';
import type { OrderBook, OrderBookQuery } from '../../src/market/model/order-book.ts';
import type { Trade, TradeQuery } from '../../src/market/model/trade.ts';
import type { TickerResults } from '../../src/market/ports/market-data.ts';
import { FakeMarketData, tickerOf } from '../support/fakes/fake-market-data.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';
import { marketOf } from '../support/fakes/market.ts';
import { startServer } from '../support/server.ts';

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
  /** Resolves with the data of an operation. Throws where it has errors. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is up to its query
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<any>;
  /** Raises every price by this amount. */
  raise(by: number): void;
  stop(): Promise<void>;
}

export async function startManyMarkets(): Promise<ManyMarkets> {
  const marketData = new ManyMarketData(new ManualClock(1_700_000_000_000));
  const server = await startServer({ fake: { marketData } });
  return {
    url: server.url,
    ask: async (query, variables = {}) => {
      const { data, errors } = await server.query(query, variables);
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
      return data;
    },
    raise: (by) => {
      marketData.raised += by;
    },
    stop: () => server.stop(),
  };
}

/** Every market has a price of its own. The trade ids are the same in all markets. */
class ManyMarketData extends FakeMarketData {
  raised = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    super(clock, ['kraken', 'okx']);
    this.#clock = clock;
  }

  override async fetchMarkets(exchange: string): Promise<Fresh<Markets>> {
    return ofUnknownFreshness(new Map(symbols.map((symbol) => [symbol, marketOf(exchange, symbol)])));
  }

  override async fetchTickers(exchange: string, asked: readonly string[]): Promise<TickerResults> {
    return new Map(
      asked.map((symbol) => {
        const ticker = tickerOf({ exchange, symbol, last: this.#priceOf(exchange, symbol), receivedAt: 1 });
        return [symbol, ofUnknownFreshness(ticker)];
      }),
    );
  }

  override async fetchOrderBook({ exchange, symbol, limit }: OrderBookQuery): Promise<Fresh<OrderBook>> {
    const price = this.#priceOf(exchange, symbol);
    const steps = Array.from({ length: limit }, (_, step) => step + 1);
    return ofUnknownFreshness({
      ...{ exchange, symbol, timestamp: null, receivedAt: 1, stale: false },
      bids: steps.map((step) => ({ price: price - step, amount: 1 })),
      asks: steps.map((step) => ({ price: price + step, amount: 1 })),
    });
  }

  override async fetchTrades({ exchange, symbol, limit }: TradeQuery): Promise<Fresh<readonly Trade[]>> {
    const price = this.#priceOf(exchange, symbol);
    const trades = Array.from({ length: limit }, (_, at) => ({
      ...{ exchange, symbol, timestamp: this.#clock.now(), price, amount: 1, cost: null, side: 'buy' as const },
      ...(exchange === 'okx' ? { id: null, nth: at + 1 } : { id: String(at + 1) }),
    }));
    return ofUnknownFreshness(trades);
  }

  #priceOf(exchange: string, symbol: string): number {
    const at = symbols.indexOf(symbol);
    if (at < 0) throw new MarketDataError('SYMBOL_NOT_FOUND', `no market ${symbol}`);
    return 1000 * (at + 1) + (exchange === 'okx' ? 500 : 0) + this.raised;
  }
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
