import { expect, onTestFinished, test } from 'vitest';
import { createStandIn } from '../../support/exchange/stand-in.ts';
import { parseExposition } from '../../support/exposition.ts';
import { startServer } from '../../support/server.ts';

const spot = { instType: 'SPOT', state: 'live', tickSz: '0.1', lotSz: '1' };
const swap = { instType: 'SWAP', state: 'preopen' };

/** What OKX lists before a market opens has an id and little else. */
const instruments: readonly Readonly<Record<string, string>>[] = [
  { ...spot, instId: 'BTC-USDT', baseCcy: 'BTC', quoteCcy: 'USDT' },
  { ...spot, instId: 'WHATEVER', baseCcy: '', quoteCcy: '', tickSz: '' },
  { ...swap, instId: 'SOON-USDT-SWAP' },
  { ...swap, instId: 'BLANK-USDT-SWAP', uly: '', settleCcy: '', ctVal: '', lotSz: '', tickSz: '', expTime: '' },
];

test('markets that cannot be named are left out of a page, logged once, and counted', async () => {
  const standIn = await createStandIn('okx', ({ path, query }) => {
    if (!path.endsWith('/public/instruments')) return undefined;
    return { json: { code: '0', msg: '', data: instruments.filter(({ instType }) => instType === query.instType) } };
  });
  const app = await startServer({ logLevel: 'info', config: { exchangeOptions: { okx: standIn.options } } });
  onTestFinished(async () => {
    await app.stop();
    await standIn.close();
  });
  const fields = 'symbol base quote settle type active contractSize expiry pricePrecision amountPrecision timeframes';
  for (let time = 1; time <= 3; time++) {
    const { data, errors } = await app.query(
      `{ exchange(id: "okx") { markets { totalCount nodes { id ${fields} } } } }`,
    );
    expect(errors).toEqual([]);
    expect(data.exchange.markets).toMatchObject({ totalCount: 1, nodes: [{ symbol: 'BTC/USDT', base: 'BTC' }] });
  }
  const lines = app.log.lines.filter(({ msg }) => /left out/.test(msg));
  expect(lines).toMatchObject([{ exchange: 'okx', count: 3, msg: expect.stringContaining('okx lists 3 markets') }]);
  const { find } = parseExposition(await app.scrape());
  expect(find('tickql_unnamed_markets', { exchange: 'okx' })).toBe(3);
});
