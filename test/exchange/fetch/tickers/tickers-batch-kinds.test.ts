import { describe, expect, it, onTestFinished } from 'vitest';
import { MarketDataError } from '../../../../src/market/errors.ts';
import {
  connectTo,
  failed,
  type SmallExchange,
  type SmallExchangeOptions,
} from '../../../support/exchange/small-exchange.ts';
import { expectAll } from '../../../support/exchange/small-kraken.ts';
import { requireError } from '../../../support/exchange/venue-client.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

const bases = ['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'ADA', 'DOT', 'LTC', 'LINK', 'UNI'];

async function start(id: string, options: Omit<SmallExchangeOptions, 'clock'>): Promise<SmallExchange> {
  const exchange = await connectTo(id, { ...options, clock: new ManualClock(Date.UTC(2026, 2, 4, 12)) });
  onTestFinished(exchange.close);
  return exchange;
}

function symbolsOf(options: Pick<SmallExchangeOptions, 'markets'>): readonly string[] {
  return options.markets.map(({ symbol }) => symbol);
}

/** Calls for options of these bases, with ids such as `BTC-USD-271231-1000-C`. */
function optionMarkets(
  count: number,
  [quote, settle]: readonly [string, string | null],
  toId: (base: string, strike: number) => string,
  some = ['BTC', 'ETH', 'SOL'],
): SmallExchangeOptions['markets'] {
  return some.flatMap((base) =>
    Array.from({ length: count }, (_, index) => {
      const strike = 1000 * (index + 1);
      return { symbol: `${base}/${quote}:${settle ?? base}-271231-${strike}-C`, id: toId(base, strike) };
    }),
  );
}

describe('Crypto.com, for which ccxt accepts one symbol per call and refuses more before it sends anything', () => {
  const markets = Array.from({ length: 60 }, (_, index) => ({ symbol: `C${index}/USDT`, id: `C${index}_USDT` }));
  const row = (i: string | null) => ({
    i,
    h: '11',
    l: '9',
    a: '10',
    v: '100',
    vv: '1000',
    c: '0.01',
    b: '9.9',
    k: '10.1',
  });
  const answer: SmallExchangeOptions['answer'] = (_, query) => ({
    body: { id: -1, method: 'public/get-tickers', code: 0, result: { data: [row(query.get('instrument_name'))] } },
  });

  it.each([2, 3, 4, 5, 11, 12, 16, 30, 60])('%i symbols take one request each', async (count) => {
    const exchange = await start('cryptocom', { markets, answer });
    const symbols = symbolsOf({ markets }).slice(0, count);
    await expectAll(exchange, symbols);
    expect(exchange.requests).toHaveLength(count);
    await expectAll(exchange, symbols);
    expect(exchange.requests).toHaveLength(count);
  });

  it('does not repeat a call that ccxt has refused', async () => {
    const exchange = await start('cryptocom', { markets, answer });
    const { ccxt } = exchange.client;
    await expectAll(exchange, symbolsOf({ markets }));
    let batches = 0;
    const fetchTickers = ccxt.fetchTickers.bind(ccxt);
    ccxt.fetchTickers = async (symbols, params) => {
      if (symbols?.length !== 1) batches += 1;
      return fetchTickers(symbols, params);
    };
    await expectAll(exchange, symbolsOf({ markets }));
    expect(batches).toBe(0);
  });

  it('a symbol that it leaves out has an error', async () => {
    const exchange = await start('cryptocom', {
      markets,
      answer: () => ({ body: { id: -1, method: 'public/get-tickers', code: 0, result: { data: [] } } }),
    });
    const error = requireError((await exchange.fetch(['C7/USDT'])).get('C7/USDT'));
    expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', message: 'cryptocom sent no ticker for C7/USDT.' });
  });

  it('a symbol that it does not know fails alone', async () => {
    const exchange = await start('cryptocom', {
      markets,
      answer: (path, query) => {
        const isKnown = query.get('instrument_name') !== 'C7_USDT';
        return isKnown ? answer(path, query) : { status: 400, body: { code: 40003, message: 'Invalid request' } };
      },
    });
    expect(failed(await exchange.fetch(symbolsOf({ markets })))).toEqual(['C7/USDT']);
    expect(exchange.requests).toHaveLength(60);
    exchange.reset();
    expect(failed(await exchange.fetch(symbolsOf({ markets })))).toEqual(['C7/USDT']);
    expect(exchange.requests).toHaveLength(59);
  });
});

describe.each(['okx', 'myokx', 'okxus'])('%s, which gives options by underlying', (id) => {
  const markets = optionMarkets(4, ['USD', null], (base, strike) => `${base}-USD-271231-${strike}-C`);
  const answer: SmallExchangeOptions['answer'] = (_, query) => {
    const underlying = query.get('uly');
    const asked = query.get('instId');
    const ids = markets
      .map((market) => market.id)
      .filter((one) => (asked ? one === asked : one.startsWith(`${underlying}-`)));
    return { body: { code: '0', data: ids.map((instId) => ({ instType: 'OPTION', instId, last: '0.05' })) } };
  };

  it('each underlying is one request', async () => {
    const exchange = await start(id, { markets, answer });
    await expectAll(exchange, symbolsOf({ markets }));
    const asked = exchange.requests.map((request) => new URLSearchParams(request.split('?')[1]).get('uly'));
    expect(asked.toSorted()).toEqual(['BTC-USD', 'ETH-USD', 'SOL-USD']);
    await expectAll(exchange, symbolsOf({ markets }).slice(4, 6));
    expect(exchange.requests).toHaveLength(1);
  });
});

describe.each([
  {
    id: 'deribit',
    what: 'refuses several bases in one call before it sends anything',
    markets: optionMarkets(4, ['USD', null], (base, strike) => `${base}-31DEC27-${strike}-C`),
    answer: (path: string, query: URLSearchParams) => {
      const name = query.get('instrument_name');
      const ticker = (instrument_name: string) => ({ instrument_name, last: 0.05, last_price: 0.05 });
      if (path.endsWith('ticker')) return { body: { jsonrpc: '2.0', result: ticker(name ?? '') } };
      const ids = Array.from({ length: 4 }, (_, index) => `${query.get('currency')}-31DEC27-${1000 * (index + 1)}-C`);
      return { body: { jsonrpc: '2.0', result: ids.map(ticker) } };
    },
  },
  {
    id: 'bybit',
    what: 'refuses several bases in one call before it sends anything',
    markets: optionMarkets(4, ['USDT', 'USDT'], (base, strike) => `${base}-31DEC27-${strike}-C-USDT`),
    answer: (_: string, query: URLSearchParams) => {
      const base = query.get('baseCoin');
      const ids = Array.from({ length: 4 }, (__, index) => `${base}-31DEC27-${1000 * (index + 1)}-C-USDT`);
      const list = ids.map((symbol) => ({ symbol, lastPrice: '50', openInterestValue: '1' }));
      return { body: { retCode: 0, retMsg: 'OK', result: { category: 'option', list } } };
    },
  },
  {
    id: 'gate',
    what: "answers for the first symbol's underlying only",
    markets: optionMarkets(4, ['USDT', 'USDT'], (base, strike) => `${base}_USDT-20271231-${strike}-C`),
    answer: (_: string, query: URLSearchParams) => {
      const underlying = query.get('underlying');
      const ids = Array.from({ length: 4 }, (__, index) => `${underlying}-20271231-${1000 * (index + 1)}-C`);
      return { body: ids.map((name) => ({ name, last_price: '50', mark_price: '50' })) };
    },
  },
])('$id, which $what', ({ id, markets, answer }) => {
  it('options of several bases take one request per base', async () => {
    const exchange = await start(id, { markets, answer });
    for (let round = 0; round < 2; round++) {
      await expectAll(exchange, symbolsOf({ markets }));
      expect(exchange.requests).toHaveLength(3);
    }
  });
});

it('Bitrue serves swaps one by one; ccxt refuses several before it sends anything', async () => {
  const markets = bases.map((base) => ({ symbol: `${base}/USDT:USDT`, id: `E-${base}-USDT` }));
  const exchange = await start('bitrue', { markets, answer: () => ({ body: { last: '10', high: '11', low: '9' } }) });
  for (let round = 0; round < 2; round++) {
    await expectAll(exchange, symbolsOf({ markets }));
    expect(exchange.requests).toHaveLength(bases.length);
  }
});

it('Coinone answers only for the first of several symbols: all tickers come, in one request each', async () => {
  const markets = bases.map((base) => ({ symbol: `${base}/KRW`, id: base }));
  const exchange = await start('coinone', {
    markets,
    answer: (path) => {
      const [quote, target] = path.split('/').slice(-2);
      const ticker = { quote_currency: quote, target_currency: target, last: '10', high: '11', low: '9' };
      return { body: { result: 'success', error_code: '0', tickers: [ticker] } };
    },
  });
  await expectAll(exchange, symbolsOf({ markets }));
  expect(exchange.requests).toHaveLength(bases.length);
});

it('Bybit serves all swaps in one request, however many are requested', async () => {
  const markets = Array.from({ length: 700 }, (_, index) => ({ symbol: `C${index}/USDT:USDT`, id: `C${index}USDT` }));
  const list = markets.map((market) => ({ symbol: market.id, lastPrice: '50', openInterestValue: '1' }));
  const exchange = await start('bybit', {
    markets,
    answer: () => ({ body: { retCode: 0, retMsg: 'OK', result: { category: 'linear', list } } }),
  });
  await expectAll(exchange, symbolsOf({ markets }));
  expect(exchange.requests).toHaveLength(1);
});

describe('HitBTC, if it refused futures of several underlyings in one call', () => {
  const markets = bases.flatMap((base) =>
    ['270331', '270630', '270930'].map((end) => ({ symbol: `${base}/USDT:USDT-${end}`, id: `${base}USDT_${end}` })),
  );
  const answer: SmallExchangeOptions['answer'] = (path, query) => {
    const asked = query.get('symbols')?.split(',') ?? [];
    const isMixed = new Set(asked.map((one) => one.split('_')[0])).size > 1;
    if (isMixed) return { status: 400, body: { error: { code: 10001, message: 'Validation error' } } };
    const row = { last: '10', high: '11', low: '9', timestamp: '2026-03-04T12:00:00.000Z' };
    return { body: path.endsWith('ticker') ? Object.fromEntries(asked.map((one) => [one, row])) : row };
  };

  it('finds that in few requests, and the next batches have one underlying each', async () => {
    const exchange = await start('hitbtc', { markets, answer });
    await expectAll(exchange, symbolsOf({ markets }));
    expect(exchange.requests.length).toBeLessThanOrEqual(bases.length + 4);
    await expectAll(exchange, symbolsOf({ markets }));
    expect(exchange.requests).toHaveLength(bases.length);
    expect(exchange.requests.every((request) => request.split(',').length === 3)).toBe(true);
  });

  it('requests the other underlyings in one call each if it answers for one only, and no market alone', async () => {
    const exchange = await start('hitbtc', {
      markets,
      answer: (path, query) => {
        const asked = query.get('symbols')?.split(',') ?? [];
        const isMixed = new Set(asked.map((one) => one.split('_')[0])).size > 1;
        if (!isMixed) return answer(path, query);
        return answer(path, new URLSearchParams({ symbols: asked.filter((one) => one.startsWith('BTC')).join() }));
      },
    });
    await expectAll(exchange, symbolsOf({ markets }));
    expect(exchange.requests).toHaveLength(bases.length);
  });

  it('stops at an outage on the way', async () => {
    let requests = 0;
    const exchange = await start('hitbtc', {
      markets,
      answer: (path, query) => {
        requests += 1;
        return requests > 5 ? { status: 429, body: {} } : answer(path, query);
      },
    });
    const results = await exchange.fetch(symbolsOf({ markets }));
    expect(requests).toBe(6);
    const codes = [...results.values()].map((result) => (result instanceof MarketDataError ? result.code : 'ok'));
    expect(new Set(codes)).toEqual(new Set(['ok', 'RATE_LIMITED']));
    expect(results.size).toBe(markets.length);
  });
});
