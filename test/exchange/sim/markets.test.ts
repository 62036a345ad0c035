import { describe, expect, it } from 'vitest';
import { createSimAt } from './sim-at.ts';

describe('the markets of the simulated exchange', () => {
  it('are twenty coins against USDT, two against EUR and USD, and two linear swaps', async () => {
    const { sim } = createSimAt(Date.UTC(2025, 0, 1));
    const markets = Object.values(await sim.loadMarkets());
    expect(markets).toHaveLength(26);
    const ofType = (type: string) => markets.filter((market) => market?.type === type);
    expect(ofType('spot').filter((market) => market?.quote === 'USDT')).toHaveLength(20);
    expect(
      ofType('spot')
        .map((market) => market?.symbol)
        .filter((symbol) => !symbol?.endsWith('/USDT'))
        .toSorted(),
    ).toEqual(['BTC/EUR', 'BTC/USD', 'ETH/EUR', 'ETH/USD']);
    expect(ofType('swap').map((market) => market?.symbol)).toEqual(['BTC/USDT:USDT', 'ETH/USDT:USDT']);
    expect(markets.every((market) => market?.active)).toBe(true);
    expect(new Set(markets.map((market) => market?.id)).size).toBe(26);
  });

  it('have the structure of ccxt', async () => {
    const { sim } = createSimAt(Date.UTC(2025, 0, 1));
    await sim.loadMarkets();
    expect(sim.market('BTC/USDT')).toMatchObject({
      id: 'BTCUSDT',
      base: 'BTC',
      quote: 'USDT',
      settle: undefined,
      spot: true,
      swap: false,
      contract: false,
      precision: { price: 0.01, amount: 0.00001 },
    });
    expect(sim.market('BTC/USDT:USDT')).toMatchObject({
      id: 'BTCUSDT-PERP',
      settle: 'USDT',
      spot: false,
      swap: true,
      contract: true,
      linear: true,
      inverse: false,
      contractSize: 1,
    });
    expect(sim.priceToPrecision('SHIB/USDT', 0.0000123456789)).toBe('0.000012346');
    expect(sim.featureValue('BTC/USDT', 'fetchOHLCV', 'limit')).toBe(1000);
    expect(sim.featureValue('BTC/USDT:USDT', 'fetchOHLCV', 'limit')).toBe(1000);
  });

  it('support only fetching and watching', () => {
    const { sim } = createSimAt(0);
    const claimed = Object.keys(sim.has).filter((name) => sim.has[name]);
    const nouns = ['OHLCV', 'OrderBook', 'Ticker', 'Tickers', 'Trades'];
    const expected = [
      ...['publicAPI', 'spot', 'swap', 'fetchMarkets', 'watchLiquidations'],
      ...nouns.flatMap((noun) => [`fetch${noun}`, `watch${noun}`, `unWatch${noun}`]),
      ...['fetchFundingRate', 'fetchFundingRates', 'fetchFundingRateHistory'],
      ...['fetchOpenInterest', 'fetchOpenInterestHistory'],
    ];
    expect(claimed.toSorted()).toEqual(expected.toSorted());
    for (const name of expected.slice(3)) expect(typeof sim[name]).toBe('function');
  });

  it('have consistent prices across quotes and swaps', async () => {
    const { sim } = createSimAt(Date.UTC(2025, 5, 10, 13, 17));
    const tickers = await sim.fetchTickers();
    const usdt = tickers['BTC/USDT']?.last ?? 0;
    expect((tickers['BTC/EUR']?.last ?? 0) / usdt).toBeCloseTo(0.92, 6);
    expect((tickers['BTC/USDT:USDT']?.last ?? 0) / usdt).toBeCloseTo(1.0002, 6);
    expect(tickers['BTC/USDT:USDT']).toMatchObject({ indexPrice: usdt, markPrice: tickers['BTC/USDT:USDT']?.last });
    expect(tickers['BTC/USDT']?.indexPrice).toBeUndefined();
  });
});

describe('arguments', () => {
  const { sim } = createSimAt(Date.UTC(2025, 0, 1));

  it.each(['NOPE/USDT', 'btc/usdt', 'constructor', '__proto__', 'toString', 'FOO-P', ''])(
    'the unknown symbol "%s" throws BadSymbol everywhere',
    async (symbol) => {
      const error = { name: 'BadSymbol' };
      await expect(sim.fetchTicker(symbol)).rejects.toMatchObject(error);
      await expect(sim.fetchTickers(['BTC/USDT', symbol])).rejects.toMatchObject(error);
      await expect(sim.fetchOHLCV(symbol)).rejects.toMatchObject(error);
      await expect(sim.fetchOrderBook(symbol)).rejects.toMatchObject(error);
      await expect(sim.fetchTrades(symbol)).rejects.toMatchObject(error);
      await expect(sim.watchTicker(symbol)).rejects.toMatchObject(error);
      await expect(sim.watchTickers([symbol])).rejects.toMatchObject(error);
      await expect(sim.watchOHLCV(symbol)).rejects.toMatchObject(error);
      await expect(sim.watchOrderBook(symbol)).rejects.toMatchObject(error);
      await expect(sim.watchTrades(symbol)).rejects.toMatchObject(error);
    },
  );

  it.each(['2m', '', 'constructor', '1 m'])('the unknown timeframe "%s" throws BadRequest', async (timeframe) => {
    await expect(sim.fetchOHLCV('BTC/USDT', timeframe)).rejects.toMatchObject({ name: 'BadRequest' });
    await expect(sim.watchOHLCV('BTC/USDT', timeframe)).rejects.toMatchObject({ name: 'BadRequest' });
  });

  it.each([0, -1, 1.5, Number.NaN])('the limit %d throws BadRequest', async (limit) => {
    const error = { name: 'BadRequest' };
    await expect(sim.fetchOHLCV('BTC/USDT', '1m', undefined, limit)).rejects.toMatchObject(error);
    await expect(sim.fetchTrades('BTC/USDT', undefined, limit)).rejects.toMatchObject(error);
    await expect(sim.fetchOrderBook('BTC/USDT', limit)).rejects.toMatchObject(error);
    await expect(sim.watchOrderBook('BTC/USDT', limit)).rejects.toMatchObject(error);
  });

  it('an invalid time throws BadRequest', async () => {
    const error = { name: 'BadRequest' };
    await expect(sim.fetchOHLCV('BTC/USDT', '1m', Number.NaN)).rejects.toMatchObject(error);
    await expect(sim.fetchOHLCV('BTC/USDT', '1m', 0, 1, { until: Infinity })).rejects.toMatchObject(error);
    await expect(sim.fetchTrades('BTC/USDT', -Infinity)).rejects.toMatchObject(error);
  });

  it('a market is also found by its id, and is returned with its symbol', async () => {
    expect(await sim.fetchTicker('BTCUSDT-PERP')).toMatchObject({ symbol: 'BTC/USDT:USDT' });
    expect(Object.keys(await sim.fetchTickers(['BTCUSDT']))).toEqual(['BTC/USDT']);
  });

  it('an empty list of symbols gives no tickers', async () => {
    expect(await sim.fetchTickers([])).toEqual({});
  });
});
