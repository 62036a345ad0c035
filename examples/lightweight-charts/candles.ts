import { client } from '../client';

type Prices = Readonly<Record<'timestamp' | 'open' | 'high' | 'low' | 'close', number>>;
export type Candle = Prices & { readonly stale: boolean };

const page = Object.fromEntries(new URLSearchParams(location.search));
export const market = { exchange: 'sim', symbol: 'BTC/USDT', timeframe: '1m', ...page };

/** The newest 500 candles before a time. */
export async function loadCandles(until?: number): Promise<readonly Candle[]> {
  const query = `query ($exchange: ID!, $symbol: String!, $timeframe: Timeframe!, $until: DateTime) {
    candles(exchange: $exchange, symbol: $symbol, timeframe: $timeframe, until: $until, limit: 500) {
      timestamp open high low close stale
    }
  }`;
  const response = await fetch('http://localhost:4000/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { ...market, until } }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data.candles;
}

/** The forming candle at each change. After a reconnect, the candles that were missed come first. */
export async function* watchCandles(since?: number): AsyncGenerator<Candle> {
  const query = `subscription ($exchange: ID!, $symbol: String!, $timeframe: Timeframe!, $since: DateTime) {
    candleUpdated(exchange: $exchange, symbol: $symbol, timeframe: $timeframe, since: $since) {
      timestamp open high low close stale
    }
  }`;
  let newest = since;
  const variables = {
    ...market,
    get since() {
      return newest;
    },
  };
  for await (const { data, errors } of client.iterate<{ readonly candleUpdated: Candle }>({ query, variables })) {
    if (errors) throw new Error(errors[0]?.message);
    if (!data) continue;
    newest = data.candleUpdated.timestamp;
    yield data.candleUpdated;
  }
}
