import type { Exchange } from 'ccxt';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { toFees } from '../../../src/exchange/normalize/market-fees.ts';
import { toCcxtMarket } from '../../support/exchange/ccxt-market.ts';

/** An exchange of ccxt whose markets get these general fees, as far as they have none of their own. */
let withSpot: Exchange;
let withoutSpot: Exchange;

beforeAll(async () => {
  const Htx = await loadExchangeClass('htx', false);
  withSpot = new Htx({});
  const KrakenFutures = await loadExchangeClass('krakenfutures', false);
  withoutSpot = new KrakenFutures({});
});

const feesOf = (fields: Readonly<Record<string, unknown>>) => toFees(withSpot, 'spot', toCcxtMarket(fields));

it.each([
  ['rates', { maker: 0.0016, taker: 0.0026 }, { maker: 0.0016, taker: 0.0026 }],
  ['no fee', { maker: 0, taker: 0 }, { maker: 0, taker: 0 }],
  ['a rebate', { maker: -0.00025, taker: 0.001 }, { maker: -0.00025, taker: 0.001 }],
  ['a rate in per cent', { maker: 0.1, taker: 0.2 }, { maker: null, taker: null }],
  ['a rebate of 5 %', { maker: -0.05, taker: 0.001 }, { maker: null, taker: 0.001 }],
  ['amounts per contract', { maker: 0.01, taker: 0.02, percentage: false }, { maker: null, taker: null }],
  ['a table instead of a rate', { maker: [[0, 0.2]], taker: Number.NaN }, { maker: null, taker: null }],
  ['nothing', {}, { maker: null, taker: null }],
])('%s', (_name, fields, expected) => {
  expect(feesOf(fields)).toEqual(expected);
});

describe('fees that ccxt merges into every market of an exchange', () => {
  /** The market as ccxt lists it. */
  function listed(exchange: Exchange, fields: Readonly<Record<string, unknown>>) {
    const market = { id: 'x', symbol: 'A/B:B', base: 'A', quote: 'B', ...fields };
    exchange.setMarkets([exchange.safeMarketStructure(market)]);
    return exchange.market('A/B:B');
  }

  it('count for spot', () => {
    const market = listed(withSpot, { spot: true, swap: false });
    expect(market.taker).toBe(0.002);
    expect(toFees(withSpot, 'spot', market)).toEqual({ maker: 0.002, taker: 0.002 });
  });

  it('do not count for contracts of an exchange that has spot too', () => {
    const market = listed(withSpot, { swap: true });
    expect(market.taker).toBe(0.002);
    expect(toFees(withSpot, 'swap', market)).toEqual({ maker: null, taker: null });
  });

  it('do not hide the own fees of a contract', () => {
    const market = listed(withSpot, { swap: true, maker: 0.0002, taker: 0.0005 });
    expect(toFees(withSpot, 'swap', market)).toEqual({ maker: 0.0002, taker: 0.0005 });
  });

  it('count for contracts of an exchange that has nothing else', () => {
    const market = listed(withoutSpot, { swap: true });
    expect(toFees(withoutSpot, 'swap', market)).toEqual({ maker: 0.0002, taker: 0.0005 });
  });
});
