import { minuteMs, seriesLength } from './candle-series.ts';

/** One kind of request that is measured. */
export interface RequestKind {
  readonly name: string;
  /** True when each request differs from every other. */
  readonly varies: boolean;
  /** True when the answers differ in length, so that a short one is not a failure. */
  readonly variesInLength?: boolean;
  /** The JSON to post as the `n`th request. */
  body(n: number): string;
}

const tickerFields = 'symbol datetime last bid ask open high low percentage baseVolume exchange { id }';
const candleFields = 'timestamp datetime open high low close volume closed';

const tickerQuery = `query Ticker($exchange: ID!, $symbol: String!) {
  ticker(exchange: $exchange, symbol: $symbol) { ${tickerFields} }
}`;
const tickersQuery = `query Tickers($exchange: ID!, $symbols: [String!]!) {
  tickers(exchange: $exchange, symbols: $symbols) { ${tickerFields} }
}`;
const candlesQuery = `query Candles($exchange: ID!, $symbol: String!, $timeframe: Timeframe!, $since: DateTime, $limit: Int!) {
  candles(exchange: $exchange, symbol: $symbol, timeframe: $timeframe, since: $since, limit: $limit) { ${candleFields} }
}`;

const exchange = 'bench';
const symbol = 'BTC/USDT';
const symbols = ['BTC', 'ETH', 'BNB', 'SOL', 'XRP', 'ADA', 'DOGE', 'TRX', 'DOT', 'LINK'].map((base) => `${base}/USDT`);

/** How many markets have the history that is asked for. */
const historySymbols = 100;

export const oneTicker = same('one ticker', tickerQuery, { exchange, symbol });
export const tenTickers = same('ten tickers', tickersQuery, { exchange, symbols });
export const hotCandles = same('500 candles, hot', candlesQuery, { exchange, symbol, timeframe: '1m', limit: 500 });
export const history: RequestKind = {
  name: '300 candles on average, varied',
  varies: true,
  variesInLength: true,
  // Both numbers are coprime to the counts, so that all symbols and lengths come, in another combination each time.
  body: (n) =>
    toBody(candlesQuery, {
      exchange,
      symbol: `${(n * 37) % historySymbols}/USDT`,
      timeframe: '1m',
      limit: 1 + ((n * 211) % 599),
    }),
};
export const firstDocument: RequestKind = {
  name: 'first-time document',
  varies: true,
  body: (n) => {
    const alias = `t${String(n).padStart(9, '0')}`;
    return toBody(`{ ${alias}: ticker(exchange: "${exchange}", symbol: "${symbol}") { ${tickerFields} } }`);
  },
};

export const requestKinds: readonly RequestKind[] = [oneTicker, tenTickers, hotCandles, history, firstDocument];

/** Coprime to every range below, so that no time is used twice. */
const strideMs = 7_919_993;

/**
 * Requests for `limit` candles from a time on that differs in each request. All candles are closed and soon in the
 * cache, so the server must build every answer again although it has nothing to fetch.
 */
export function candles(name: string, limit: number): RequestKind {
  const now = Date.now();
  // A bench may take an hour, and the series of a server that is started later begins later.
  const oldest = now - (seriesLength - 120) * minuteMs;
  const rangeMs = now - (limit + 120) * minuteMs - oldest;
  return {
    name,
    varies: true,
    body: (n) =>
      toBody(candlesQuery, { exchange, symbol, timeframe: '1m', since: oldest + ((n * strideMs) % rangeMs), limit }),
  };
}

function same(name: string, query: string, variables: Readonly<Record<string, unknown>>): RequestKind {
  const body = toBody(query, variables);
  return { name, varies: false, body: () => body };
}

function toBody(query: string, variables?: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ query, variables });
}
