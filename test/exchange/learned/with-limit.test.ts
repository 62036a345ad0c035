import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LimitMemory } from '../../../src/exchange/learned/limit-memory.ts';
import { withLimit } from '../../../src/exchange/learned/with-limit.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { connect, failureOf } from '../../support/exchange/venue-client.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const hourMs = 3_600_000;
const refusal = new MarketDataError('BAD_USER_INPUT', 'no such limit');
const outage = new MarketDataError('TIMEOUT', 'too slow');

const spot = { symbol: 'BTC/USDT', type: 'spot' } as const;
const swap = { symbol: 'BTC/USDT:USDT', type: 'swap', subType: 'linear' } as const;
const otherSwap = { ...swap, symbol: 'ETH/USDT:USDT' } as const;
const thirdSwap = { ...swap, symbol: 'SOL/USDT:USDT' } as const;
const inverseSwap = { ...swap, symbol: 'BTC/USD:BTC', subType: 'inverse' } as const;

let clock: ManualClock;
let memory: LimitMemory;
/** The limits that were requested, in order; undefined for no limit. */
let asked: (number | undefined)[];

beforeEach(() => {
  clock = new ManualClock();
  memory = new LimitMemory(clock);
  asked = [];
});

interface Rules {
  /** The limits that the exchange accepts. */
  readonly takes: readonly number[];
  /** How many rows come without a limit. */
  readonly usual?: number;
  readonly market?: typeof spot | typeof swap | typeof otherSwap | typeof thirdSwap | typeof inverseSwap;
  readonly name?: string;
}

/** How many rows a call with the limit returns, from an exchange with these rules. */
function rowsFor(limit: number, { takes, usual = 500, market = swap, name = 'orderBook' }: Rules): Promise<number> {
  return withLimit(memory, {
    name,
    market,
    limit,
    ask: async (given) => {
      asked.push(given);
      if (given !== undefined && !takes.includes(given)) throw refusal;
      return given ?? usual;
    },
    countRows: (rows) => rows,
  });
}

describe('a limit that an exchange does not accept', () => {
  const takes = [5, 10, 20, 50, 100, 500, 1000];

  it('is dropped, and not tried again for an hour', async () => {
    await rowsFor(15, { takes });
    await rowsFor(15, { takes });
    expect(asked).toEqual([15, undefined, undefined]);
    await clock.advance(hourMs + 1);
    await rowsFor(15, { takes: [...takes, 15] });
    await rowsFor(15, { takes: [...takes, 15] });
    expect(asked.slice(3)).toEqual([15, 15]);
  });

  it('says nothing about other limits, other kinds of market or other calls', async () => {
    await rowsFor(15, { takes });
    asked = [];
    const all = [...takes, 15];
    await rowsFor(1000, { takes });
    await rowsFor(15, { takes: all, market: spot });
    await rowsFor(15, { takes: all, market: inverseSwap });
    await rowsFor(15, { takes: all, name: 'trades' });
    await rowsFor(15, { takes: all, name: 'trades since' });
    expect(asked).toEqual([1000, 15, 15, 15, 15]);
  });

  it('is not sent for another market of the kind either', async () => {
    await rowsFor(15, { takes });
    await rowsFor(15, { takes, market: otherSwap });
    expect(asked).toEqual([15, undefined, undefined]);
  });

  it('counts for one market only if another market of the kind has accepted it', async () => {
    await rowsFor(100, { takes });
    await rowsFor(100, { takes: [5], market: otherSwap });
    asked = [];
    await rowsFor(100, { takes });
    await rowsFor(100, { takes: [5], market: otherSwap });
    expect(asked).toEqual([100, undefined]);
  });

  it('costs other markets of the kind no rows until it was refused for two markets', async () => {
    await rowsFor(100, { takes: [50], usual: 10 });
    expect(await rowsFor(100, { takes, usual: 10, market: otherSwap })).toBe(100);
    memory = new LimitMemory(clock);
    for (const market of [swap, swap, otherSwap]) await rowsFor(100, { takes: [50], usual: 10, market });
    asked = [];
    expect(await rowsFor(100, { takes: [50], usual: 10, market: thirdSwap })).toBe(50);
    expect(asked).toEqual([50]);
  });

  it('becomes the next larger one that was accepted before', async () => {
    await rowsFor(1000, { takes });
    await rowsFor(50, { takes });
    asked = [];
    expect(await rowsFor(15, { takes })).toBe(50);
    expect(await rowsFor(15, { takes })).toBe(50);
    expect(asked).toEqual([15, 50, 50]);
  });

  it('becomes a common one if the exchange returns fewer rows without any', async () => {
    expect(await rowsFor(15, { takes, usual: 5 })).toBe(20);
    expect(await rowsFor(15, { takes, usual: 5 })).toBe(20);
    expect(asked).toEqual([15, undefined, 20, 20]);
  });

  it('becomes a smaller one if it is more than the exchange returns', async () => {
    expect(await rowsFor(1000, { takes: [100, 200], usual: 20 })).toBe(200);
    asked = [];
    expect(await rowsFor(1000, { takes: [100, 200], usual: 20 })).toBe(200);
    expect(asked).toEqual([200]);
  });

  it('is dropped if nothing returns more rows', async () => {
    expect(await rowsFor(15, { takes: [], usual: 5 })).toBe(5);
    const { length } = asked;
    expect(length).toBeLessThanOrEqual(5);
    expect(await rowsFor(15, { takes: [], usual: 5 })).toBe(5);
    expect(asked.slice(length)).toEqual([undefined]);
  });

  it('is tried again if its substitute is refused now', async () => {
    await rowsFor(50, { takes });
    await rowsFor(15, { takes });
    asked = [];
    expect(await rowsFor(15, { takes: [15] })).toBe(15);
    expect(asked).toEqual([50, 15]);
  });

  it('is not blamed for an outage, or for a call that fails without it too', async () => {
    const failing = (error: MarketDataError) =>
      withLimit(memory, {
        ...{ name: 'trades', market: spot, limit: 7, countRows: () => 0 },
        ask: () => Promise.reject(error),
      });
    await expect(failing(outage)).rejects.toBe(outage);
    await expect(failing(refusal)).rejects.toBe(refusal);
    await rowsFor(7, { takes: [7], market: spot, name: 'trades' });
    expect(asked).toEqual([7]);
  });

  it('keeps the first answer when the search for a better one fails', async () => {
    const rows = await withLimit(memory, {
      ...{ name: 'orderBook', market: swap, limit: 15, countRows: (count: number) => count },
      ask: async (given) => {
        if (given === undefined) return 5;
        throw given === 15 ? refusal : outage;
      },
    });
    expect(rows).toBe(5);
    await rowsFor(15, { takes });
    expect(asked).toEqual([15, undefined]);
  });
});

describe('Binance', () => {
  const [btc, eth, btcSwap, ethSwap] = ['BTC/USDT', 'ETH/USDT', 'BTC/USDT:USDT', 'ETH/USDT:USDT'] as const;

  async function start() {
    const clock = new ManualClock(Date.now());
    const connection = await connect('binance', { clock });
    onTestFinished(connection.close);
    const { venue, data } = connection;
    await data.fetchMarkets('binance');
    const levels = async (symbol: string, limit: number): Promise<number> => {
      venue.reset();
      return (await data.fetchOrderBook({ exchange: 'binance', symbol, limit })).bids.length;
    };
    const limits = (): readonly (string | undefined)[] => venue.requests.map(({ query }) => query.limit);
    return { ...connection, clock, levels, limits };
  }

  it('refuses a depth of futures, which is then requested differently, and no market of any kind lacks a depth', async () => {
    const { venue, levels, limits, clock } = await start();
    const body = { code: -4021, msg: '15 is not valid depth limit.' };
    venue.fault({ kind: 'status', match: /fapi.*depth.*limit=15/, status: 400, body });
    const deep = await levels(btc, 1000);
    expect(await levels(btcSwap, 15)).toBe(15);
    expect(limits()).toEqual(['15', undefined]);
    for (const symbol of [btcSwap, ethSwap]) {
      expect(await levels(symbol, 15)).toBe(15);
      expect(limits()).toEqual([undefined]);
    }
    expect(await levels(btcSwap, 20)).toBe(20);
    expect(limits()).toEqual(['20']);
    expect(await levels(ethSwap, 15)).toBe(15);
    for (const symbol of [btc, eth]) {
      expect(await levels(symbol, 1000)).toBe(deep);
      expect(limits()).toEqual(['1000']);
      expect(await levels(symbol, 15)).toBe(15);
      expect(limits()).toEqual(['15']);
    }
    venue.heal();
    await clock.advance(hourMs + 1);
    expect(await levels(btcSwap, 15)).toBe(15);
    expect(limits()).toEqual(['15']);
  });

  it('refuses single trades of one kind of market, which are aggregated there for an hour only', async () => {
    const { venue, data, clock } = await start();
    const paths = async (symbol: string): Promise<readonly string[]> => {
      venue.reset();
      await data.fetchTrades({ exchange: 'binance', symbol, limit: 5 });
      return venue.requests.map(({ path }) => path);
    };
    venue.fault({ kind: 'status', match: /fapi.*[/]trades/, status: 400, body: { code: -1100, msg: 'Illegal.' } });
    expect(await paths(btcSwap)).toEqual(['/fapi/v1/trades', '/fapi/v1/trades', '/fapi/v1/aggTrades']);
    await clock.advance(hourMs / 2);
    expect(await paths(btcSwap)).toEqual(['/fapi/v1/aggTrades']);
    expect(await paths(ethSwap)).toEqual(['/fapi/v1/aggTrades']);
    expect(await paths(btc)).toEqual(['/api/v3/trades']);
    venue.heal();
    // Calls in between do not extend the hour.
    await clock.advance(hourMs / 2 + 1);
    expect(await paths(btcSwap)).toEqual(['/fapi/v1/trades']);
  });

  it('refuses a limit of trades, and they still come one by one', async () => {
    const { venue, data } = await start();
    venue.fault({ kind: 'status', match: /[/]trades.*limit=7/, status: 400, body: { code: -1130, msg: 'No.' } });
    venue.reset();
    expect(await data.fetchTrades({ exchange: 'binance', symbol: btc, limit: 7 })).toHaveLength(7);
    expect(venue.requests.map(({ path, query }) => [path, query.limit])).toEqual([
      ['/api/v3/trades', '7'],
      ['/api/v3/trades', undefined],
    ]);
  });

  it('refuses trades of one market with any method, which says nothing about the others', async () => {
    const { venue, data } = await start();
    venue.fault({ kind: 'status', match: /[tT]rades.*BTCUSDT/, status: 400, body: { code: -1100, msg: 'Illegal.' } });
    const error = await failureOf(data.fetchTrades({ exchange: 'binance', symbol: btc, limit: 5 }));
    expect(error.code).toBe('BAD_USER_INPUT');
    venue.reset();
    await data.fetchTrades({ exchange: 'binance', symbol: eth, limit: 5 });
    expect(venue.requests.map(({ path, query }) => [path, query.limit])).toEqual([['/api/v3/trades', '5']]);
  });
});
