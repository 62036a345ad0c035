import type { Exchange, Ticker, Tickers } from 'ccxt';
import { describe, expect, it } from 'vitest';
import { can } from '../../../../src/exchange/ccxt/capabilities.ts';
import { createCatalogue, readCatalogue } from '../../../../src/exchange/ccxt/catalogue.ts';
import { loadExchangeClass } from '../../../../src/exchange/ccxt/load-ccxt.ts';
import { deferTickers, parseDeferred } from '../../../../src/exchange/fetch/all-tickers/deferred-tickers.ts';

const catalogue = createCatalogue(readCatalogue(), null);
const withTickers = catalogue.exchanges.filter(({ has, simulated }) => has.includes('TICKERS') && !simulated);

/** What a class does with parsed rows must not need their figures: it may set times, and index them. */
const allowed = new Set(['symbol', 'timestamp', 'datetime', 'filterByArrayTickers', 'removeKeysFromDict']);

/** A class with invented markets whose rows are `{ s, price }`, and whose answer is always the same. */
async function createExchange(id: string): Promise<Exchange> {
  const Class = await loadExchangeClass(id, false);
  const exchange = new Class({});
  const markets = ['A', 'B', 'C'].map((base) => ({
    ...{ id: `${base}USD`, symbol: `${base}/USD`, base, quote: 'USD', baseId: base, quoteId: 'USD' },
    ...{ type: 'spot', spot: true, active: true, info: {} },
  }));
  exchange.setMarkets(markets.map((market) => exchange.safeMarketStructure(market)));
  exchange.parseTicker = (row) => {
    const symbol = `${exchange.safeString(row, 's')}/USD`;
    return exchange.safeTicker({ symbol, last: exchange.safeString(row, 'price'), info: row });
  };
  return exchange;
}

async function parsedOf(tickers: Tickers): Promise<readonly Ticker[]> {
  const parsed: Ticker[] = [];
  await parseDeferred(tickers, (ticker) => parsed.push(ticker));
  return parsed;
}

const rows = [
  { s: 'A', price: '1' },
  { s: 'B', price: '2' },
  { s: 'C', price: '3' },
];

describe('rows that are parsed later', () => {
  it('of a list give the same tickers, with the fields that the class has added', async () => {
    const exchange = await createExchange('kraken');
    let parsed = 0;
    const parse = exchange.parseTicker;
    exchange.parseTicker = (...row) => {
      parsed += 1;
      return parse(...row);
    };
    const copy = deferTickers(exchange, exchange);
    const given = { timestamp: 5 };
    const deferred = copy.filterByArrayTickers(copy.parseTickers(rows, undefined, given), 'symbol', undefined);
    expect(parsed).toBe(0);
    expect(await parsedOf(deferred)).toEqual(Object.values(exchange.parseTickers(rows, undefined, given)));
    expect(Object.values(copy.parseTickers(rows, ['A/USD'], given))).toMatchObject([{ last: 1 }]);
  });

  it('of an object are given the market of their key', async () => {
    const exchange = await createExchange('kraken');
    exchange.parseTicker = (row, market) => exchange.safeTicker({ symbol: market?.symbol, last: row.price, info: row });
    const copy = deferTickers(exchange, exchange);
    const tickers = await parsedOf(copy.parseTickers({ AUSD: rows[0], CUSD: rows[2] }));
    expect(tickers.map(({ symbol, last }) => `${symbol} ${last}`)).toEqual(['A/USD 1', 'C/USD 3']);
  });

  it('one by one survive what classes do with tickers: indexing, filtering, and adding fields', async () => {
    const exchange = await createExchange('kraken');
    const copy = deferTickers(exchange, exchange);
    const single = rows.map((row) => copy.parseTicker(row));
    const bySymbol = Object.fromEntries(single.map((ticker) => [ticker.symbol, { ...ticker, datetime: 'then' }]));
    const tickers = await parsedOf(copy.filterByArrayTickers(bySymbol, 'symbol', undefined));
    expect(tickers).toMatchObject([
      { symbol: 'A/USD', last: 1, datetime: 'then' },
      { symbol: 'B/USD', last: 2, datetime: 'then' },
      { symbol: 'C/USD', last: 3, datetime: 'then' },
    ]);
  });

  it('next to tickers that a class has parsed itself', async () => {
    const exchange = await createExchange('kraken');
    const ticker = exchange.safeTicker({ symbol: 'Z/USD', last: 9, info: {} });
    expect(await parsedOf({ 'Z/USD': ticker })).toEqual([ticker]);
  });

  it('of a class with its own way to parse lists are parsed in that way', async () => {
    const exchange = await createExchange('hollaex');
    exchange.parseTicker = (row, market) => exchange.safeTicker({ symbol: market?.symbol, last: row.price, info: row });
    const copy = deferTickers(exchange, exchange);
    const tickers = await parsedOf(copy.parseTickers({ AUSD: rows[0], CUSD: rows[2] }));
    expect(tickers.map(({ symbol, last }) => `${symbol} ${last}`)).toEqual(['A/USD 1', 'C/USD 3']);
  });

  it('are those of methods that some classes call directly', async () => {
    const kucoin = await createExchange('kucoin');
    const copy = deferTickers(kucoin, kucoin);
    for (const name of ['parseTicker', 'parseSpotOrUtaTicker', 'parseContractTicker'])
      expect(Object.hasOwn(copy, name), name).toBe(true);
    expect(Object.hasOwn(deferTickers(await createExchange('binance'), kucoin), 'parseWsTicker')).toBe(false);
  });
});

/** The fields of parsed tickers that a method reads, and what it does with lists of them. */
function readBy(source: string): readonly string[] {
  const found: string[] = [];
  for (const [, name] of source.matchAll(/(\w+) = this\.(?!safe)parse\w*Ticker\(/g)) {
    const read = new RegExp(`\\b${name}(?:\\['(\\w+)'\\]|\\.(\\w+))|\\(${name}, '(\\w+)'`, 'g');
    found.push(...[...source.matchAll(read)].flatMap(([, ...fields]) => fields.filter((field) => field !== undefined)));
  }
  for (const [, name] of source.matchAll(/(\w+) = this\.parseTickers\(/g)) {
    found.push(...[...source.matchAll(new RegExp(`(\\w+)\\(${name}\\b`, 'g'))].map(([, method = '']) => method));
  }
  return found;
}

describe('fetchTickers of ccxt', () => {
  it.each(withTickers.map(({ id }) => id))('needs nothing but the symbols of the tickers of %s', async (id) => {
    const exchange = await createExchange(id);
    expect(can(exchange, 'TICKERS')).toBe(true);
    const methods: readonly unknown[] = [exchange.fetchTickers, exchange.fetchTickersV3, exchange.fetchContractTickers];
    for (const method of methods) {
      const found = typeof method === 'function' ? readBy(method.toString()) : [];
      expect(found.filter((name) => !allowed.has(name))).toEqual([]);
    }
  });

  it('is read as it is written', () => {
    const loop = "const ticker = this.parseTicker(row); if (ticker['last'] > 0) result[ticker.symbol] = ticker;";
    expect(readBy(`${loop} this.safeString(ticker, 'close');`)).toEqual(['last', 'symbol', 'close']);
    expect(readBy('const all = this.parseTickers(rows); return this.sortBy(all, "last");')).toEqual(['sortBy']);
  });
});
