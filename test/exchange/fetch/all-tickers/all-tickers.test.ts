import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MarketDataError } from '../../../../src/market/errors.ts';
import type { AllTickers } from '../../../../src/market/model/all-tickers.ts';
import type { MarketType } from '../../../../src/market/model/market.ts';
import {
  connect,
  connectTo,
  loadMarkets,
  requireError,
  type VenueClient,
} from '../../../support/exchange/venue-client.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';
import { createBinance } from '../../../venues/binance/binance.ts';
import { binanceMarkets } from '../../../venues/binance/markets.ts';

const hourMs = 3_600_000;
const spotSymbols = binanceMarkets
  .filter(({ symbol, active }) => active && !symbol.includes(':'))
  .map(({ symbol }) => symbol);

function symbolsOf({ tickers }: AllTickers): readonly string[] {
  return tickers.map(({ symbol }) => symbol).sort();
}

describe('an exchange with a list for each kind of market', () => {
  const clock = new ManualClock(Date.now());
  let connection: VenueClient;

  beforeEach(async () => {
    connection = await connect('binance', { clock });
    await loadMarkets(connection);
    connection.venue.reset();
  });

  afterEach(() => connection.close());

  async function fetchAll(type: MarketType | null): Promise<AllTickers> {
    return (await connection.source.fetchAllTickers({ exchange: 'binance', type })).value;
  }

  /** The requests since the last call. */
  function takePaths(): readonly string[] {
    const paths = connection.venue.requests.map(({ path, query }) => `${path} ${Object.keys(query).join()}`.trim());
    connection.venue.reset();
    return paths.sort();
  }

  it('is called once for each, and a type costs the calls for its kinds', async () => {
    const all = await fetchAll(null);
    expect(symbolsOf(all)).toEqual([...spotSymbols, 'BTC/USDT:USDT', 'ETH/USDT:USDT', 'BTC/USD:BTC'].sort());
    expect(all.missing).toEqual([]);
    const [spot, linear, inverse] = ['/api/v3/ticker/24hr', '/fapi/v1/ticker/24hr', '/dapi/v1/ticker/24hr'];
    expect(takePaths()).toEqual([spot, inverse, linear].sort());
    expect(symbolsOf(await fetchAll('spot'))).toEqual(spotSymbols.toSorted());
    expect(takePaths()).toEqual([spot]);
    expect(symbolsOf(await fetchAll('swap'))).toEqual(['BTC/USD:BTC', 'BTC/USDT:USDT', 'ETH/USDT:USDT']);
    expect(takePaths()).toEqual([inverse, linear].sort());
    expect(symbolsOf(await fetchAll('option'))).toEqual([]);
    expect(takePaths()).toEqual([]);
  });

  it('sends the same tickers as a call for each of them', async () => {
    connection.venue.setTicker('BTC/USDT', { last: '100.5', bid: '100', ask: '101', quoteVolume: '12345.67' });
    const { tickers } = await fetchAll(null);
    const symbols = tickers.map(({ symbol }) => symbol);
    const single = await connection.data.fetchTickers('binance', symbols);
    const withoutTimes = ({ ...ticker }) => ({ ...ticker, timestamp: null, receivedAt: 0 });
    for (const ticker of tickers) {
      const other = single.get(ticker.symbol);
      if (!other || other instanceof MarketDataError) throw new Error(`no ticker of ${ticker.symbol}`);
      expect(withoutTimes(ticker)).toEqual(withoutTimes(other));
    }
    expect(tickers.find(({ symbol }) => symbol === 'BTC/USDT')).toMatchObject({ last: 100.5, quoteVolume: 12_345.67 });
  });

  it('loses only the kinds whose host fails, and says which; a refused list of a few markets is replaced by their own calls', async () => {
    connection.venue.fault({ kind: 'status', status: 400, match: /fapi\/v1\/ticker\/24hr$/ });
    connection.venue.fault({ kind: 'status', status: 451, match: /dapi/ });
    const all = await fetchAll(null);
    expect(symbolsOf(all)).toEqual(['BTC/USDT:USDT', 'ETH/USDT:USDT', ...spotSymbols].sort());
    expect(all.missing).toMatchObject([{ symbols: ['BTC/USD:BTC'], error: { code: 'GEO_BLOCKED' } }]);
  });

  it('fails if all of its calls fail', async () => {
    connection.venue.fault({ kind: 'status', status: 451 });
    const error = requireError(await fetchAll(null).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: 'GEO_BLOCKED', details: { exchange: 'binance' } });
  });

  it('whose batches are refused after all lists were, is missing the kinds that have too many markets', async () => {
    connection.venue.fault({ kind: 'status', status: 400, match: /24hr/ });
    const error = requireError(await fetchAll('spot').catch((thrown: unknown) => thrown));
    expect(error.code).toBe('BAD_EXCHANGE_RESPONSE');
    connection.venue.heal();
    expect(symbolsOf(await fetchAll('spot'))).toEqual(spotSymbols.toSorted());
  });

  it('leaves out a row that cannot be read, a market without a price, and one that is not listed or not active', async () => {
    const row = (symbol: string, lastPrice: string, openPrice = '1') => ({
      ...{ symbol, lastPrice, openPrice, bidQty: '1' },
    });
    const rows = [
      row('BTCUSDT', '2'),
      row('ETHUSDT', '2', 'NaN'),
      row('SOLUSDT', '-1', '-1'),
      row('NEWUSDT', '2'),
      row('LUNAUSDT', '2'),
    ];
    connection.venue.fault({ kind: 'raw', text: JSON.stringify(rows) });
    const all = await fetchAll('spot');
    expect(symbolsOf(all)).toEqual(['BTC/USDT']);
    expect(all.missing).toEqual([]);
  });

  it('is missing the kinds whose list has none of their tickers', async () => {
    connection.venue.fault({ kind: 'raw', text: '[]', match: /fapi/ });
    const all = await fetchAll(null);
    expect(symbolsOf(all)).toEqual(['BTC/USD:BTC', ...spotSymbols].sort());
    expect(all.missing).toMatchObject([
      {
        symbols: ['BTC/USDT:USDT', 'ETH/USDT:USDT'],
        error: { code: 'BAD_EXCHANGE_RESPONSE', message: 'binance sent no ticker of its swap linear markets.' },
      },
    ]);
    connection.venue.fault({ kind: 'raw', text: '[]' });
    await expect(fetchAll('spot')).rejects.toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', retryable: true });
  });

  it('is asked for kinds in parallel once it is known what each call brings, for an hour', async () => {
    let running = 0;
    let most = 0;
    const { client } = connection;
    const call = client.call.bind(client);
    Object.defineProperty(client, 'call', {
      value: async (...args: Parameters<typeof call>) => {
        running += 1;
        most = Math.max(most, running);
        return call(...args).finally(() => {
          running -= 1;
        });
      },
    });
    await fetchAll(null);
    expect(most).toBe(1);
    await fetchAll(null);
    expect(most).toBe(3);
    most = 0;
    await clock.advance(hourMs + 1);
    await fetchAll(null);
    expect(most).toBe(1);
  });
});

it("rows are parsed in several turns of the event loop, and not within ccxt's call", async () => {
  const symbols = Array.from({ length: 1500 }, (_, index) => `C${index}/USDT`);
  const [template] = binanceMarkets;
  if (!template) throw new Error('the stand-in has no markets');
  const venue = await createBinance(symbols.map((symbol) => ({ ...template, symbol, id: symbol.replace('/', '') })));
  const connection = await connectTo('binance', { ...venue.exchangeConfig, enableRateLimit: false });
  await connection.client.markets();
  const { ccxt } = connection.client;
  const parse = ccxt.parseTicker;
  const rowsByTurn: number[] = [0];
  ccxt.parseTicker = (...row) => {
    rowsByTurn.push((rowsByTurn.pop() ?? 0) + 1);
    return parse(...row);
  };
  const turns = setInterval(() => rowsByTurn.push(0), 0);
  const { value } = await connection.source.fetchAllTickers({ exchange: 'binance', type: null });
  clearInterval(turns);
  expect(value.tickers).toHaveLength(symbols.length);
  expect(rowsByTurn.filter((rows) => rows > 0).length).toBeGreaterThan(2);
  expect(Math.max(...rowsByTurn)).toBeLessThan(symbols.length / 2);
  await connection.close();
  await venue.close();
});

it('kinds whose markets could not be listed are missing, with the reason', async () => {
  const venue = await createBinance();
  venue.fault({ kind: 'status', status: 503, match: /fapi.*exchangeInfo/ });
  const connection = await connectTo('binance', { ...venue.exchangeConfig, enableRateLimit: false });
  const { value } = await connection.source.fetchAllTickers({ exchange: 'binance', type: null });
  expect(symbolsOf(value)).toEqual([...spotSymbols, 'BTC/USD:BTC'].sort());
  expect(value.missing).toMatchObject([{ symbols: [], error: { code: 'EXCHANGE_UNAVAILABLE' } }]);
  const futures = connection.source.fetchAllTickers({ exchange: 'binance', type: 'future' });
  await expect(futures).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  await connection.close();
  await venue.close();
});

it('an exchange with one list is called once for all types', async () => {
  const kraken = await connect('kraken');
  await loadMarkets(kraken);
  kraken.venue.reset();
  const { value } = await kraken.source.fetchAllTickers({ exchange: 'kraken', type: null });
  expect(value.tickers.length).toBeGreaterThan(5);
  expect(kraken.venue.requests.map(({ path, query }) => [path, query])).toEqual([['/0/public/Ticker', {}]]);
  await kraken.close();
});

it('an exchange without such a call refuses, and names others that have one', async () => {
  const connection = await connectTo('bitso', { urls: { api: { rest: 'http://127.0.0.1:1' } } });
  const fetching = connection.source.fetchAllTickers({ exchange: 'bitso', type: null });
  const error = requireError(await fetching.catch((thrown: unknown) => thrown));
  expect(error.code).toBe('NOT_SUPPORTED');
  expect(error.details.suggestions).toHaveLength(10);
  expect(error.message).toMatch(/^bitso cannot send the tickers of many markets in one call; .+ and others can\.$/);
  await connection.close();
});

it('an exchange that is not enabled is not found', async () => {
  const connection = await connectTo('bitso', {});
  await expect(connection.source.fetchAllTickers({ exchange: 'nowhere', type: null })).rejects.toMatchObject({
    code: 'EXCHANGE_NOT_FOUND',
  });
  await connection.close();
});
