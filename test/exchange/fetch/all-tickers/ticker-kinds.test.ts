import { afterEach, describe, expect, it } from 'vitest';
import type { AllTickers } from '../../../../src/market/model/all-tickers.ts';
import { connectTo, type SmallExchange, type SmallMarket } from '../../../support/exchange/small-exchange.ts';
import { requireError } from '../../../support/exchange/venue-client.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';
import type { Reply } from '../../../venues/replies.ts';

let exchange: SmallExchange | null = null;

afterEach(async () => {
  await exchange?.close();
  exchange = null;
});

async function open(
  id: string,
  markets: readonly SmallMarket[],
  answer: (path: string, query: URLSearchParams) => Reply,
) {
  const opened = await connectTo(id, { markets, answer, clock: new ManualClock(Date.now()) });
  exchange = opened;
  return opened;
}

function symbolsOf({ tickers }: AllTickers): readonly string[] {
  return tickers.map(({ symbol }) => symbol).sort();
}

const okxMarkets = [
  { symbol: 'BTC/USDT', id: 'BTC-USDT' },
  { symbol: 'BTC/USDT:USDT', id: 'BTC-USDT-SWAP' },
  { symbol: 'BTC/USD:BTC', id: 'BTC-USD-SWAP' },
  ...['BTC', 'ETH'].flatMap((base) =>
    [1, 2].map((strike) => ({
      symbol: `${base}/USD:${base}-301227-${strike}-C`,
      id: `${base}-USD-301227-${strike}-C`,
    })),
  ),
];

function answerOkx(query: URLSearchParams): Reply {
  const isOf = (id: string): boolean => {
    const type = /-C$/.test(id) ? 'OPTION' : id.endsWith('-SWAP') ? 'SWAP' : 'SPOT';
    return type === query.get('instType') && id.startsWith(query.get('uly') ?? '');
  };
  const rows = okxMarkets
    .filter(({ id }) => isOf(id))
    .map(({ id }) => ({ instId: id, last: '5', ts: '1700000000000' }));
  return { body: { code: '0', data: rows } };
}

describe('lists of all tickers', () => {
  it('that have linear and inverse contracts together are requested once; options only if they are wanted', async () => {
    const okx = await open('okx', okxMarkets, (_path, query) => answerOkx(query));
    expect(symbolsOf(await okx.fetchAll(null))).toEqual(['BTC/USD:BTC', 'BTC/USDT', 'BTC/USDT:USDT']);
    const list = '/api/v5/market/tickers?instType=';
    expect(okx.requests.toSorted()).toEqual([`${list}SPOT`, `${list}SWAP`]);
    okx.reset();
    const options = await okx.fetchAll('option');
    expect(symbolsOf(options)).toEqual(okxMarkets.slice(3).map(({ symbol }) => symbol));
    expect(options.missing).toEqual([]);
    // ccxt requests those of BTC unless it is told another underlying.
    expect(okx.requests.toSorted()).toEqual([`${list}OPTION&uly=BTC-USD`, `${list}OPTION&uly=ETH-USD`]);
  });

  it('that are divided by settle currency are requested for each', async () => {
    const markets = [
      { symbol: 'BTC/USDT:USDT', id: 'BTC_USDT' },
      { symbol: 'BTC/USD:BTC', id: 'BTC_USD' },
    ];
    const gate = await open('gate', markets, (path) => ({
      body: [{ contract: path.includes('/btc/') ? 'BTC_USD' : 'BTC_USDT', last: '5' }],
    }));
    expect(symbolsOf(await gate.fetchAll(null))).toEqual(['BTC/USD:BTC', 'BTC/USDT:USDT']);
    expect(gate.requests.map((request) => request.split('?')[0]).toSorted()).toEqual([
      '/api/v4/futures/btc/tickers',
      '/api/v4/futures/usdt/tickers',
    ]);
  });

  it('receive no parameter that the class does not know', async () => {
    const kraken = await open('kraken', [{ symbol: 'BTC/USD', id: 'XXBTZUSD' }], () => ({
      body: { error: [], result: { XXBTZUSD: { c: ['5', '1'], a: ['6', '1', '1'], b: ['4', '1', '1'] } } },
    }));
    expect(symbolsOf(await kraken.fetchAll('spot'))).toEqual(['BTC/USD']);
    expect(kraken.requests).toEqual(['/0/public/Ticker']);
  });
});

describe('an exchange whose call for tickers needs symbols', () => {
  const markets = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ symbol: `C${index}/USD:C${index}`, id: `C${index}-PERPETUAL` }));

  it('and has many of them is not supported, and is not asked', async () => {
    const deribit = await open('deribit', markets(51), () => ({ body: { result: [] } }));
    const error = requireError(await deribit.fetchAll(null).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: 'NOT_SUPPORTED', details: { exchange: 'deribit' } });
    expect(error.message).toContain('has no call that brings the tickers of all its swap inverse markets');
    expect(deribit.requests).toEqual([]);
  });

  it('and has few of them is asked for these', async () => {
    const deribit = await open('deribit', markets(1), () => ({
      body: { result: { instrument_name: 'C0-PERPETUAL', last_price: 5, stats: {} } },
    }));
    expect(symbolsOf(await deribit.fetchAll(null))).toEqual(['C0/USD:C0']);
    expect(deribit.requests).toHaveLength(1);
  });
});
