import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Config } from '../../../src/config/load-config.ts';
import { SkippingClock } from '../../support/fakes/skipping-clock.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

const pairs = ['BTC/USD', 'ETH/USD', 'BTC/EUR', 'ETH/EUR', 'BTC/USDT', 'ETH/USDT', 'SOL/USD'];
const tickerCalls = /\/Ticker/;

/** On a busy machine, the last of many answers may come more than the default, a second, after the first. */
const longTtlMs = 60_000;

let kraken: Venue;
let binance: Venue;
let running: AppServer;
let clock: SkippingClock;

beforeEach(async () => {
  kraken = await createKraken();
  binance = await createBinance();
  clock = new SkippingClock();
  running = await start();
});

afterEach(async () => {
  await running.stop();
  await Promise.all([kraken.close(), binance.close()]);
});

function start(config: Partial<Config> = {}): Promise<AppServer> {
  return startServer({ config, venues: { kraken, binance }, clock });
}

async function restart(config: Partial<Config>): Promise<void> {
  await running.stop();
  running = await start(config);
}

test('exchanges and exchange answer without contacting any', async () => {
  const { data, errors } = await running.query(`{
    exchanges { id }
    some: exchanges(ids: ["kraken", "sim"], has: [TICKERS]) { id name countries website simulated timeframes has }
    exchange(id: "binance") { id simulated timeframes }
  }`);
  expect(errors).toEqual([]);
  expect(data.exchanges.length).toBeGreaterThan(100);
  expect(data.some.map(({ id }: { id: string }) => id)).toEqual(['kraken', 'sim']);
  expect(data.some[0]).toMatchObject({ name: 'Kraken', countries: ['US'], simulated: false });
  expect(data.some[1]).toMatchObject({ simulated: true, website: null });
  expect(data.exchange.timeframes).toContain('1m');
  expect(kraken.count() + binance.count()).toBe(0);
});

test('EXCHANGES restricts the list of exchanges', async () => {
  await restart({ exchanges: ['kraken', 'sim'] });
  const { data, errors } = await running.query('{ exchanges { id } exchange(id: "binance") { id } }');
  expect(data.exchanges).toEqual([{ id: 'kraken' }, { id: 'sim' }]);
  expect(errors[0]?.extensions).toMatchObject({ code: 'EXCHANGE_NOT_FOUND', suggestions: ['kraken', 'sim'] });
});

test('a ticker has the values that the exchange sent and null for the rest', async () => {
  kraken.setTicker('BTC/USD', { last: '65000.1', bid: '64999.9', ask: '65000.2' });
  const { data } = await running.query(`{ ticker(exchange: "kraken", symbol: "BTC/USD") {
    id symbol exchange { id } timestamp datetime last bid ask markPrice source stale receivedAt market { symbol type }
  } }`);
  expect(data.ticker).toMatchObject({
    id: 'Ticker:kraken:BTC/USD',
    symbol: 'BTC/USD',
    exchange: { id: 'kraken' },
    last: 65000.1,
    bid: 64999.9,
    ask: 65000.2,
    // Kraken sends no time with a ticker.
    timestamp: null,
    datetime: null,
    markPrice: null,
    source: 'FETCH',
    stale: false,
    market: { symbol: 'BTC/USD', type: 'SPOT' },
  });
  expect(Math.abs(data.ticker.receivedAt - Date.now())).toBeLessThan(10_000);
});

test('ten aliases cost one upstream call, and none again within the ttl', async () => {
  await restart({ tickerTtlMs: longTtlMs });
  const aliases = Array.from({ length: 10 }, (_, index) => {
    const symbol = pairs[index % pairs.length];
    return `t${index}: ticker(exchange: "kraken", symbol: "${symbol}") { last }`;
  });
  const { errors } = await running.query(`{ ${aliases.join('\n')} }`);
  expect(errors).toEqual([]);
  expect(kraken.count(tickerCalls)).toBe(1);
  await running.query(`{ ${aliases.join('\n')} }`);
  expect(kraken.count(tickerCalls)).toBe(1);
});

test('a list of symbols costs one upstream call and keeps its order', async () => {
  const coins = ['SOL', 'XRP', 'ADA', 'DOGE', 'BNB', 'ETH', 'BTC', 'SOL'];
  const asked = coins.map((coin) => `${coin}/USDT`);
  const { data, errors } = await running.query(
    'query ($symbols: [String!]!) { tickers(exchange: "binance", symbols: $symbols) { symbol last } }',
    { symbols: asked },
  );
  expect(errors).toEqual([]);
  expect(data.tickers.map(({ symbol }: { symbol: string }) => symbol)).toEqual(asked);
  expect(binance.count(/ticker/)).toBe(1);
});

test('nested tickers of a page of markets cost one upstream call', async () => {
  const { data, errors } = await running.query(
    '{ exchange(id: "kraken") { markets(active: true, first: 10) { nodes { symbol ticker { symbol last } } } } }',
  );
  expect(errors).toEqual([]);
  const { nodes } = data.exchange.markets;
  expect(nodes).toHaveLength(10);
  for (const { symbol, ticker } of nodes) expect(ticker.symbol).toBe(symbol);
  expect(kraken.count(tickerCalls)).toBe(1);
});

test('a hundred clients at once on a cold symbol cost one upstream call', async () => {
  await restart({ tickerTtlMs: longTtlMs });
  const query = '{ ticker(exchange: "kraken", symbol: "BTC/USD") { last } }';
  const answers = await Promise.all(Array.from({ length: 100 }, () => running.query(query)));
  expect(answers.every(({ errors }) => errors.length === 0)).toBe(true);
  expect(kraken.count(tickerCalls)).toBe(1);
  expect(kraken.count(/AssetPairs/)).toBe(1);
});

test('clients that ask for different symbols at once share upstream calls', async () => {
  await running.query('{ market(exchange: "kraken", symbol: "BTC/USD") { id } }');
  await Promise.all(
    pairs.map((symbol) => running.query(`{ ticker(exchange: "kraken", symbol: "${symbol}") { last } }`)),
  );
  // They arrive over a connection each: on a quiet machine in one or two calls, on a busy one after each other.
  expect(kraken.count(tickerCalls)).toBeLessThan(pairs.length);
});

test('an entry that fails is null with its own error; the others are answered', async () => {
  const { data, errors } = await running.query(
    '{ tickers(exchange: "kraken", symbols: ["BTC/USD", "btc/usdt", "ETH/USD"]) { symbol } }',
  );
  expect(data.tickers).toEqual([{ symbol: 'BTC/USD' }, null, { symbol: 'ETH/USD' }]);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({
    path: ['tickers', 1],
    extensions: { code: 'SYMBOL_NOT_FOUND', exchange: 'kraken', symbol: 'btc/usdt', retryable: false },
  });
  expect(errors[0]?.extensions.suggestions).toContain('BTC/USDT');
});

test('spot and swap in one list are split by type', async () => {
  const { data, errors } = await running.query(
    '{ tickers(exchange: "binance", symbols: ["BTC/USDT", "BTC/USDT:USDT", "ETH/USDT"]) { symbol market { type } } }',
  );
  expect(errors).toEqual([]);
  expect(data.tickers.map(({ market }: { market: { type: string } }) => market.type)).toEqual(['SPOT', 'SWAP', 'SPOT']);
});

test('while the exchange fails the last known ticker answers, stale, and then the error', async () => {
  const query = '{ ticker(exchange: "kraken", symbol: "BTC/USD") { last stale receivedAt } }';
  const fresh = await running.query(query);
  kraken.fault({ kind: 'status', status: 503 });
  clock.skip(2000);
  const stale = await running.query(query);
  expect(stale.errors).toEqual([]);
  expect(stale.data.ticker).toEqual({ ...fresh.data.ticker, stale: true });
  clock.skip(60_000);
  const late = await running.query(query);
  expect(late.data.ticker).toBeNull();
  expect(late.errors[0]?.extensions).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
  kraken.heal();
  clock.skip(2000);
  const healed = await running.query(query);
  expect(healed.data.ticker.stale).toBe(false);
});

test('an exchange that is down at first use recovers by itself and does not affect the others', async () => {
  kraken.fault({ kind: 'cut' });
  const query = `{
    down: ticker(exchange: "kraken", symbol: "BTC/USD") { last }
    up: ticker(exchange: "binance", symbol: "BTC/USDT") { last }
  }`;
  const first = await running.query(query);
  expect(first.data.down).toBeNull();
  expect(first.data.up).not.toBeNull();
  expect(first.errors[0]?.extensions).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', exchange: 'kraken' });
  kraken.heal();
  const second = await running.query(query);
  expect(second.errors).toEqual([]);
});

test('a stalled body ends in TIMEOUT at our deadline', async () => {
  await restart({ upstreamTimeoutMs: 500 });
  kraken.fault({ kind: 'hang-body' });
  const { errors } = await running.query('{ ticker(exchange: "kraken", symbol: "BTC/USD") { last } }');
  expect(errors[0]?.extensions).toMatchObject({ code: 'TIMEOUT', exchange: 'kraken', retryable: true });
});

test('errors leak no address, body or stack', async () => {
  for (const status of [400, 403, 429, 451, 500, 503]) {
    kraken.fault({ kind: 'status', status, body: 'secret body' });
    const { errors } = await running.query('{ ticker(exchange: "kraken", symbol: "BTC/USD") { last } }');
    const text = JSON.stringify(errors);
    expect(errors).toHaveLength(1);
    for (const secret of ['127.0.0.1', 'http://', 'secret', 'node_modules', '.ts:']) expect(text).not.toContain(secret);
    kraken.heal();
  }
});

test('prices reach the client digit for digit up to 15 significant digits', async () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: 1n, max: 999_999_999_999_999n }), fc.integer({ min: 0, max: 12 }))
    .map(([digits, places]) => toDecimal(digits, places));
  const query = async (): Promise<string> => {
    const response = await fetch(running.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ ticker(exchange: "binance", symbol: "BTC/USDT") { last } }' }),
    });
    return response.text();
  };
  await fc.assert(
    fc.asyncProperty(decimal, async (text) => {
      binance.setTicker('BTC/USDT', { last: text });
      clock.skip(2000);
      const [, printed = ''] = /"last":([^,}]+)/.exec(await query()) ?? [];
      expect(plain(printed)).toBe(plain(text));
    }),
    { numRuns: 60 },
  );
});

function toDecimal(digits: bigint, places: number): string {
  const padded = digits.toString().padStart(places + 1, '0');
  return places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

/** The same decimal without exponent and trailing zeros, so that texts can be compared. */
function plain(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = BigInt(whole + fraction);
  let places = fraction.length - Number(exponent);
  let value = digits;
  while (value !== 0n && value % 10n === 0n) {
    value /= 10n;
    places -= 1;
  }
  return `${value}e${-places}`;
}

test('fields are answered in the requested order, whichever is ready first', async () => {
  const { data } = await running.query(`{
    candles(exchange: "kraken", symbol: "BTC/USD", timeframe: "1h", limit: 1) { closed }
    ticker(exchange: "kraken", symbol: "BTC/USD") { market { symbol } last }
    exchange(id: "kraken") { markets(first: 1) { totalCount } id }
    exchanges(ids: ["kraken"]) { id }
  }`);
  expect(Object.keys(data)).toEqual(['candles', 'ticker', 'exchange', 'exchanges']);
  expect(Object.keys(data.ticker)).toEqual(['market', 'last']);
  expect(Object.keys(data.exchange)).toEqual(['markets', 'id']);
});
