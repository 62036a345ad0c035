const markets = [
  ['sim', 'BTC/USDT'],
  ['sim', 'ETH/USDT'],
  ['sim', 'SOL/USDT'],
  ['binance', 'BTC/USDT'],
  ['binance', 'ETH/USDT'],
  ['binance', 'BTC/USDT:USDT'],
  ['binance', 'LUNA/USDT'],
  ['binance', 'NOPE/USDT'],
] as const;

const args = markets.map(([exchange, symbol]) => `exchange: "${exchange}", symbol: "${symbol}"`);

/** Every kind of subscription for every market. */
export const subscriptions: readonly string[] = [
  ...args.flatMap((market) => [
    `subscription { tickerUpdated(${market}) { last bid ask datetime stale source } }`,
    `subscription { orderBookUpdated(${market}, limit: 10) { bestBid bestAsk bids { price amount } } }`,
    `subscription { candleUpdated(${market}, timeframe: "1m") { timestamp close closed } }`,
    `subscription { tradesExecuted(${market}) { id price amount side } }`,
  ]),
  'subscription { tickersUpdated(exchange: "sim", symbols: ["BTC/USDT", "ETH/USDT", "SOL/USDT"]) { symbol last } }',
  'subscription { candleUpdated(exchange: "sim", symbol: "BTC/USDT", timeframe: "45m") { timestamp close closed } }',
];

/** Valid and invalid queries of every kind. */
export const queries: readonly string[] = [
  ...args.flatMap((market) => [
    `{ ticker(${market}) { id last stale source market { id } } }`,
    `{ orderBook(${market}, limit: 20) { bids { price } asks { price } stale } }`,
    `{ candles(${market}, timeframe: "1h", limit: 200) { timestamp open high low close volume closed } }`,
    `{ ohlcv(${market}, timeframe: "45m", since: "2024-01-01", limit: 50) }`,
    `{ trades(${market}, limit: 20) { id price } }`,
  ]),
  '{ tickers(exchange: "binance", symbols: ["BTC/USDT", "ETH/USDT", "NOPE/USDT"]) { symbol last } }',
  '{ exchange(id: "binance") { markets(search: "BTC") { totalCount nodes { symbol ticker { last } } } } }',
  '{ exchanges { id name has timeframes } }',
  '{ nothing }',
  '{ ticker(exchange: "nowhere", symbol: "BTC/USDT") { last } }',
  'subscription',
];

export function pick<T>(items: readonly T[]): T {
  for (const item of items.slice(Math.floor(Math.random() * items.length))) return item;
  throw new RangeError('the list is empty');
}
