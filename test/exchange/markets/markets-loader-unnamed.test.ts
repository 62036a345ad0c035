import { describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, createStandIn } from '../../support/exchange/stand-in.ts';
import {
  connectTo,
  failureOf,
  type StandInClient,
  type VenueClientOptions,
} from '../../support/exchange/venue-client.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

async function connect(id: string, answer: Answer, given: VenueClientOptions = {}): Promise<StandInClient> {
  const standIn = await createStandIn(id, answer);
  const connection = await connectTo(id, standIn.options, given);
  onTestFinished(async () => {
    await connection.close();
    await standIn.close();
  });
  return connection;
}

describe('whitebit, whose list has pairs without a currency', () => {
  const pair = (name: string, fields: Readonly<Record<string, unknown>> = {}) => {
    const [stock, money] = name.split('_');
    const precision = { stockPrec: '6', moneyPrec: '2', feePrec: '4', minAmount: '0.001', minTotal: '5' };
    return { name, stock, money, ...precision, tradesEnabled: true, isCollateral: false, type: 'spot', ...fields };
  };
  const odd = [
    pair('GONE_USDT', { stock: null }),
    pair('BLANK_USDT', { stock: '' }),
    pair('NOWHERE_USDT', { money: undefined }),
    pair('NEITHER', { stock: undefined, money: undefined }),
  ];
  const whitebit = (list: () => readonly unknown[]): Answer => {
    return ({ path }) => {
      if (path.endsWith('/markets')) return { json: list() };
      return path.endsWith('/assets') ? { json: {} } : undefined;
    };
  };

  it('lists the other markets, and counts those that are left out', async () => {
    const told: number[] = [];
    const onUnnamedMarkets = (_exchange: string, count: number) => told.push(count);
    const { data, client } = await connect(
      'whitebit',
      whitebit(() => [pair('BTC_USDT'), ...odd]),
      { onUnnamedMarkets },
    );
    expect([...(await data.fetchMarkets('whitebit')).keys()]).toEqual(['BTC/USDT']);
    expect(told).toEqual([4]);
    expect(client.status.unnamedMarkets).toBe(4);
  });

  it('does not find a market without a name', async () => {
    const { data } = await connect(
      'whitebit',
      whitebit(() => [pair('BTC_USDT'), ...odd]),
    );
    const symbol = 'undefined/USDT';
    const tickers = await data.fetchTickers('whitebit', [symbol]);
    expect(tickers.get(symbol)).toMatchObject({ code: 'SYMBOL_NOT_FOUND' });
    const query = { exchange: 'whitebit', symbol, timeframe: '1h', limit: 1 };
    expect(await failureOf(data.fetchCandles(query))).toMatchObject({ code: 'SYMBOL_NOT_FOUND' });
  });

  it('reports the count only when it changes', async () => {
    const clock = new ManualClock();
    const told: number[] = [];
    let list = [pair('BTC_USDT'), ...odd];
    const { data, client } = await connect(
      'whitebit',
      whitebit(() => list),
      {
        clock,
        onUnnamedMarkets: (_exchange, count) => told.push(count),
      },
    );
    const loads = [await data.fetchMarkets('whitebit')];
    const refresh = async (): Promise<void> => {
      await settle();
      await clock.advance(3_600_000);
      await expect.poll(() => client.currentMarkets, { interval: 5 }).not.toBe(loads.at(-1));
      loads.push(await client.markets());
    };
    await refresh();
    expect(told).toEqual([4]);
    list = [pair('BTC_USDT')];
    await refresh();
    expect(told).toEqual([4, 0]);
    expect(client.status.unnamedMarkets).toBe(0);
  });

  it('a list that contains nothing else is not an answer', async () => {
    const { data } = await connect(
      'whitebit',
      whitebit(() => odd),
    );
    expect(await failureOf(data.fetchMarkets('whitebit'))).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE' });
  });
});

describe('a list of currencies that fails', () => {
  const listing: Answer = ({ path }) => {
    if (path.endsWith('/AssetPairs')) {
      const pair = { altname: 'XBTUSD', wsname: 'XBT/USD', base: 'XXBT', quote: 'ZUSD', pair_decimals: 1 };
      return { json: { error: [], result: { XXBTZUSD: { ...pair, lot_decimals: 8, status: 'online', fees: [] } } } };
    }
    return undefined;
  };

  it.each([
    ['refused', { status: 400, json: { error: ['EGeneral:Invalid arguments'] } }, 1],
    // Requested once more.
    ['down', { status: 503, json: {} }, 2],
    ['unreadable', { json: { error: [], result: { XXBT: null } } }, 1],
  ] as const)('and is %s keeps no market from being listed', async (_name, reply, failures) => {
    const { data, errors } = await connect('kraken', (request) =>
      request.path.endsWith('/Assets') ? reply : listing(request),
    );
    expect([...(await data.fetchMarkets('kraken')).keys()]).toEqual(['BTC/USD']);
    expect(errors).toHaveLength(failures);
  });

  it('with a Retry-After is respected: no further request is sent', async () => {
    const paths: string[] = [];
    const { data } = await connect('kraken', (request) => {
      paths.push(request.path);
      return request.path.endsWith('/Assets') ? { status: 429, json: {} } : listing(request);
    });
    expect(await failureOf(data.fetchMarkets('kraken'))).toMatchObject({ code: 'RATE_LIMITED' });
    expect(paths).toHaveLength(1);
  });
});
