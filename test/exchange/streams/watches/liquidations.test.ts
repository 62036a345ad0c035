import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { LiquidationWatch } from '../../../../src/exchange/streams/watches/liquidations.ts';
import type { Liquidation } from '../../../../src/market/model/derivatives/liquidation.ts';
import { toCcxtMarket } from '../../../support/exchange/ccxt-market.ts';
import { openStreamExchange, type StreamExchange } from '../../../support/exchange/stream-exchange.ts';
import { eventually } from '../../../support/socket-client.ts';

const now = Date.UTC(2026, 0, 5);

const contract = { type: 'swap', swap: true, contract: true, active: true, info: {} };
const linear = { ...contract, linear: true, inverse: false, quote: 'USDT', settle: 'USDT', contractSize: 1 };
const inverse = { ...contract, linear: false, inverse: true, base: 'BTC', quote: 'USD', settle: 'BTC' };

let opened: StreamExchange | null = null;

afterEach(async () => {
  await opened?.close();
  opened = null;
});

/** Everything that a watch has delivered so far; it ends when the exchange is closed. */
function collect(
  { exchange }: StreamExchange,
  id: string,
  symbol: string,
): { readonly liquidations: readonly Liquidation[]; readonly messages: () => number } {
  const watch = new LiquidationWatch();
  const liquidations: Liquidation[] = [];
  let messages = 0;
  let isEnded = false;
  onTestFinished(() => {
    isEnded = true;
  });
  const run = async (): Promise<void> => {
    while (!isEnded) {
      liquidations.push(...(await watch.next(exchange, { kind: 'liquidations', exchange: id, symbol }, () => now)));
      messages += 1;
    }
  };
  void run().catch(() => {});
  return { liquidations, messages: () => messages };
}

const short = ({ price, contracts, value, side }: Liquidation) => ({ price, contracts, value, side });

describe('Bybit', () => {
  const markets = [
    toCcxtMarket({ ...linear, base: 'ROSE', symbol: 'ROSE/USDT:USDT', id: 'ROSEUSDT' }),
    toCcxtMarket({ ...inverse, symbol: 'BTC/USD:BTC', id: 'BTCUSD', contractSize: 1 }),
  ];
  const row = (S: string, v: string, p: string, T = now - 1000) => ({ T, s: 'ROSEUSDT', S, v, p });
  const message = (...data: readonly object[]) => ({
    topic: 'allLiquidation.ROSEUSDT',
    type: 'snapshot',
    ts: now,
    data,
  });

  test('no liquidation of a message is lost, nor of two in one packet, and its side is that of the position', async () => {
    opened = await openStreamExchange('bybit', markets);
    const { send, received } = opened;
    const { liquidations } = collect(opened, 'bybit', 'ROSE/USDT:USDT');
    await eventually(() => received.length > 0);
    expect(received[0]).toMatchObject({ op: 'subscribe', args: ['allLiquidation.ROSEUSDT'] });
    send(message(row('Buy', '20000', '0.04499'), row('Sell', '10', '0.045')), message(row('Buy', '1', '0.05')));
    await eventually(() => liquidations.length === 3);
    expect(liquidations.map(short)).toEqual([
      { price: 0.04499, contracts: 20_000, value: 899.8, side: 'sell' },
      { price: 0.045, contracts: 10, value: 0.45, side: 'buy' },
      { price: 0.05, contracts: 1, value: 0.05, side: 'sell' },
    ]);
    expect(liquidations[0]).toMatchObject({ exchange: 'bybit', symbol: 'ROSE/USDT:USDT', timestamp: now - 1000 });
    // What one packet brought is not brought again by the next.
    send(message(row('Sell', '2', '0.06')));
    await eventually(() => liquidations.length === 4);
    expect(liquidations.at(-1)).toMatchObject({ price: 0.06, side: 'buy' });
  });

  test('what comes while no call waits is delivered by the next call, although nothing more comes', async () => {
    opened = await openStreamExchange('bybit', markets);
    const { send, received, exchange } = opened;
    const watch = new LiquidationWatch();
    const next = () =>
      watch.next(exchange, { kind: 'liquidations', exchange: 'bybit', symbol: 'ROSE/USDT:USDT' }, () => now);
    const first = next();
    await eventually(() => received.length > 0);
    send(message(row('Buy', '1', '0.05')));
    expect((await first).map(({ price }) => price)).toEqual([0.05]);
    send(message(row('Buy', '1', '0.06')));
    await eventually(() => exchange.liquidations?.length === 2);
    expect((await next()).map(({ price }) => price)).toEqual([0.06]);
  });

  test('amounts of inverse contracts are in quote currency', async () => {
    opened = await openStreamExchange('bybit', markets);
    const { liquidations } = collect(opened, 'bybit', 'BTC/USD:BTC');
    const data = [{ T: now, s: 'BTCUSD', S: 'Sell', v: '500', p: '50000' }];
    const { send, received } = opened;
    await eventually(() => received.length > 0);
    send({ topic: 'allLiquidation.BTCUSD', type: 'snapshot', ts: now, data });
    await eventually(() => liquidations.length === 1);
    expect(liquidations.map(short)).toEqual([{ price: 50_000, contracts: 500, value: 500, side: 'buy' }]);
  });

  test('rows without a possible time or price are left out; an unknown amount leaves its value unknown', async () => {
    opened = await openStreamExchange('bybit', markets);
    const { liquidations, messages } = collect(opened, 'bybit', 'ROSE/USDT:USDT');
    const { send, received } = opened;
    await eventually(() => received.length > 0);
    send(message(row('Buy', '1', '0'), row('Buy', '1', 'NaN'), row('Buy', '1', '1', 0), row('Buy', '1', '1', 1e15)));
    await eventually(() => messages() > 0);
    expect(liquidations).toEqual([]);
    send(message(row('Other', '', '2')));
    await eventually(() => liquidations.length === 1);
    expect(liquidations.map(short)).toEqual([{ price: 2, contracts: null, value: null, side: null }]);
  });
});

describe('OKX', () => {
  const markets = ['IOST', 'BTC'].map((base) =>
    toCcxtMarket({ ...linear, base, symbol: `${base}/USDT:USDT`, id: `${base}-USDT-SWAP`, contractSize: 10 }),
  );
  const detail = (side: string, sz: string, bkPx: string, ts = now) => ({
    ...{ bkLoss: '0', ccy: '', posSide: side === 'buy' ? 'short' : 'long' },
    ...{ bkPx, side, sz, ts: String(ts) },
  });
  const message = (base: string, ...details: readonly object[]) => ({
    arg: { channel: 'liquidation-orders', instType: 'SWAP' },
    data: [{ details, instFamily: `${base}-USDT`, instId: `${base}-USDT-SWAP`, instType: 'SWAP', uly: `${base}-USDT` }],
  });

  test('all details of a message are liquidations, in contracts, with the side of the order', async () => {
    opened = await openStreamExchange('okx', markets);
    const { send, received } = opened;
    const { liquidations } = collect(opened, 'okx', 'IOST/USDT:USDT');
    await eventually(() => received.length > 0);
    expect(received[0]).toMatchObject({ args: [{ channel: 'liquidation-orders', instType: 'SWAP' }] });
    send(message('IOST', detail('buy', '13', '0.0078', now - 2), detail('sell', '2', '0.5', now - 1)));
    await eventually(() => liquidations.length === 2);
    expect(liquidations.map(short)).toEqual([
      { price: 0.0078, contracts: 13, value: 1.014, side: 'buy' },
      { price: 0.5, contracts: 2, value: 10, side: 'sell' },
    ]);
  });

  test('liquidations of a market from before its subscription are not sent, although the channel brings them', async () => {
    opened = await openStreamExchange('okx', markets);
    const { send, received, exchange } = opened;
    const other = collect(opened, 'okx', 'BTC/USDT:USDT');
    await eventually(() => received.length > 0);
    send(message('IOST', detail('buy', '1', '1')), message('BTC', detail('buy', '2', '2')));
    await eventually(() => other.liquidations.length === 1);
    expect(exchange.liquidations).toHaveLength(2);
    const { liquidations } = collect(opened, 'okx', 'IOST/USDT:USDT');
    await eventually(() => received.length > 1);
    send(message('IOST', detail('sell', '3', '3')));
    await eventually(() => liquidations.length > 0);
    expect(liquidations.map(({ price }) => price)).toEqual([3]);
    expect(other.liquidations.map(({ price }) => price)).toEqual([2]);
  });
});

test('Lighter does not say whose side it is', async () => {
  const market = toCcxtMarket({
    ...linear,
    base: 'ETH',
    quote: 'USDC',
    settle: 'USDC',
    symbol: 'ETH/USDC:USDC',
    id: '0',
  });
  opened = await openStreamExchange('lighter', [market]);
  const { send, received } = opened;
  const { liquidations } = collect(opened, 'lighter', 'ETH/USDC:USDC');
  await eventually(() => received.length > 0);
  const trade = { trade_id: 1, market_id: 0, size: '0.5', price: '3000', is_maker_ask: true, timestamp: now };
  const message = { channel: 'trade:0', trades: [], type: 'update/trade' };
  send({ ...message, liquidation_trades: [] });
  send({ ...message, liquidation_trades: [{ ...trade, type: 'liquidation' }] });
  await eventually(() => liquidations.length > 0);
  expect(liquidations.map(short)).toEqual([{ price: 3000, contracts: 0.5, value: 1500, side: null }]);
});
