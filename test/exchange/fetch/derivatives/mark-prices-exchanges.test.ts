import { expect, onTestFinished, test } from 'vitest';
import { type Answer, createStandIn, type StandIn } from '../../../support/exchange/stand-in.ts';
import { connectTo, type StandInClient } from '../../../support/exchange/venue-client.ts';

async function start(id: string, answer: Answer): Promise<StandInClient & { readonly standIn: StandIn }> {
  const standIn = await createStandIn(id, answer);
  const connection = await connectTo(id, standIn.options);
  onTestFinished(async () => {
    await connection.close();
    await standIn.close();
  });
  await connection.data.fetchMarkets(id);
  standIn.reset();
  return { ...connection, standIn };
}

const targetsOf = ({ requests }: StandIn): readonly string[] =>
  requests.map(
    ({ path, query }) => `${path.split('/').at(-1)} ${query.symbol ?? query.instType ?? query.instId ?? ''}`,
  );

test("BingX's contracts have the ids of its spot markets, as which ccxt reads the prices of all", async () => {
  const coins = ['BTC', 'ETH'];
  const toSpot = (coin: string) => ({ symbol: `${coin}-USDT`, tickSize: 0.01, stepSize: 0.001, status: 1 });
  const toSwap = (coin: string) => ({ symbol: `${coin}-USDT`, currency: 'USDT', pricePrecision: 1, size: '0.0001' });
  const toPrice = (coin: string) => ({ symbol: `${coin}-USDT`, markPrice: '5.5', indexPrice: '5.4' });
  const { data, standIn } = await start('bingx', ({ path, query }) => {
    if (path.endsWith('/common/symbols')) return { json: { code: 0, data: { symbols: coins.map(toSpot) } } };
    if (path.endsWith('/quote/contracts')) return { json: { code: 0, data: coins.map(toSwap) } };
    if (path.endsWith('/market/contracts')) return { json: { code: 0, data: [] } };
    if (!path.endsWith('/quote/premiumIndex')) return undefined;
    const asked = query.symbol === undefined ? coins.map(toPrice) : toPrice(query.symbol.slice(0, 3));
    return { json: { code: 0, msg: '', data: asked } };
  });
  const symbols = ['BTC/USDT:USDT', 'ETH/USDT:USDT'];
  for (const alone of [['premiumIndex '], []]) {
    standIn.reset();
    const prices = await data.fetchMarkPrices('bingx', symbols);
    for (const symbol of symbols) {
      expect(prices.get(symbol)).toEqual({ exchange: 'bingx', symbol, markPrice: 5.5, indexPrice: 5.4 });
    }
    expect([...targetsOf(standIn)].sort()).toEqual([...alone, 'premiumIndex BTC-USDT', 'premiumIndex ETH-USDT']);
  }
});

test("OKX's mark prices come by type, its options by underlying, without an index price", async () => {
  const common = { lotSz: '1', minSz: '1', tickSz: '0.1', state: 'live', ctVal: '0.01', ctMult: '1', settleCcy: 'BTC' };
  const options = ['BTC', 'ETH'].flatMap((coin) =>
    ['C', 'P'].map((optType) => ({
      ...common,
      instType: 'OPTION',
      instId: `${coin}-USD-271231-100000-${optType}`,
      uly: `${coin}-USD`,
      settleCcy: coin,
      expTime: String(Date.UTC(2027, 11, 31, 8)),
      stk: '100000',
      optType,
    })),
  );
  const swaps = ['BTC', 'ETH'].map((coin) => {
    const uly = `${coin}-USD`;
    return { ...common, instType: 'SWAP', instId: `${uly}-SWAP`, uly, settleCcy: coin, ctType: 'inverse' };
  });
  const { data, standIn } = await start('okx', ({ path, query }) => {
    const { instType, uly } = query;
    const asked = [...swaps, ...options].filter(
      (item) => item.instType === instType && (uly === undefined || item.uly === uly),
    );
    if (path.endsWith('/public/instruments')) return { json: { code: '0', msg: '', data: asked } };
    if (!path.endsWith('/public/mark-price')) return undefined;
    return {
      json: { code: '0', msg: '', data: asked.map(({ instId }) => ({ instType, instId, markPx: '7', ts: '1' })) },
    };
  });
  const markets = [...(await data.fetchMarkets('okx')).keys()];
  expect(markets).toHaveLength(6);
  const prices = await data.fetchMarkPrices('okx', markets);
  for (const symbol of markets) {
    expect(prices.get(symbol)).toEqual({ exchange: 'okx', symbol, markPrice: 7, indexPrice: null });
  }
  expect([...targetsOf(standIn)].sort()).toEqual(['mark-price OPTION', 'mark-price OPTION', 'mark-price SWAP']);
});
