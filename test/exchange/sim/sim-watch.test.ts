import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import Sim from '../../../src/exchange/sim/sim.ts';

const start = Date.UTC(2025, 5, 10, 13, 16, 58, 100);
let sim: Sim;

beforeEach(async () => {
  vi.useFakeTimers({ now: start });
  // ccxt keeps the clock that it found when it was loaded, so the fake one is passed in.
  sim = new Sim({ milliseconds: () => Date.now() });
  await sim.loadMarkets();
});

afterEach(async () => {
  await sim.close();
  vi.useRealTimers();
});

/** Lets a watch that was just called reach its timer. */
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

describe('a watch', () => {
  it('resolves at the next tick with the data that a fetch then returns', async () => {
    const calls = [
      [() => sim.watchTicker('BTC/USDT'), () => sim.fetchTicker('BTC/USDT')],
      [() => sim.watchTickers(['ETH/EUR', 'BTC/USDT']), () => sim.fetchTickers(['ETH/EUR', 'BTC/USDT'])],
      [() => sim.watchTickers(), () => sim.fetchTickers()],
      [() => sim.watchOrderBook('BTC/USDT', 30), () => sim.fetchOrderBook('BTC/USDT', 30)],
      [() => sim.watchOHLCV('BTC/USDT', '1h'), () => sim.fetchOHLCV('BTC/USDT', '1h', undefined, 1)],
      [() => sim.watchTrades('BTC/USDT'), () => sim.fetchTrades('BTC/USDT', Math.floor(Date.now() / 250) * 250)],
    ] as const;
    for (const [watch, fetch] of calls) {
      const done = vi.fn();
      const watched: Promise<unknown> = watch();
      watched.then(done);
      const left = 250 - (Date.now() % 250);
      await vi.advanceTimersByTimeAsync(left - 1);
      expect(done).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(done).toHaveBeenCalledExactlyOnceWith(await fetch());
      await vi.advanceTimersByTimeAsync(100);
    }
  });

  it('waits for a whole tick when called exactly on one', async () => {
    await vi.advanceTimersByTimeAsync(150);
    const watched = sim.watchTicker('BTC/USDT');
    await vi.advanceTimersByTimeAsync(250);
    expect((await watched).timestamp).toBe(start + 400);
  });

  it('shares its timer with other calls of the same watch', async () => {
    const watched = [sim.watchTicker('BTC/USDT'), sim.watchTicker('BTC/USDT'), sim.watchTicker('BTCUSDT')];
    await settle();
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(150);
    const [one, other, byId] = await Promise.all(watched);
    expect([other, byId]).toEqual([one, one]);
  });

  it("keeps waiting when its timer fires before the exchange's clock reaches the tick", async () => {
    let late = 40;
    sim.milliseconds = () => Date.now() - late;
    const watched = sim.watchTicker('BTC/USDT');
    await settle();
    late = 60;
    await vi.advanceTimersByTimeAsync(190);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(20);
    expect((await watched).timestamp).toBe(start + 150);
  });

  it('checks its arguments immediately', async () => {
    await expect(sim.watchOrderBook('BTC/USDT', 0)).rejects.toMatchObject({ name: 'BadRequest' });
    await expect(sim.watchTrades('BTC/USDT', Number.NaN)).rejects.toMatchObject({ name: 'BadRequest' });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('watchTrades', () => {
  const next = async (wait: number) => {
    const watched = sim.watchTrades('BTC/USDT');
    await vi.advanceTimersByTimeAsync(wait);
    return watched;
  };

  it('returns every trade once, including those between calls', async () => {
    const received = [...(await next(150)), ...(await next(250))];
    await vi.advanceTimersByTimeAsync(5000);
    received.push(...(await next(250)));
    expect(received.map(({ id }) => id)).toEqual((await sim.fetchTrades('BTC/USDT', start, 1000)).map(({ id }) => id));
  });

  it('returns at most the newest thousand trades after a long absence', async () => {
    await next(150);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await next(250)).toEqual(await sim.fetchTrades('BTC/USDT', undefined, 1000));
  });
});

describe('watchOHLCV', () => {
  const next = async (wait: number) => {
    const watched = sim.watchOHLCV('BTC/USDT', '1m');
    await vi.advanceTimersByTimeAsync(wait);
    return watched;
  };
  const minute = Date.UTC(2025, 5, 10, 13, 16);

  it('returns the forming candle, preceded by the closed one when it has just closed', async () => {
    const seen = [await next(150)];
    while (Date.now() < minute + 60_500) seen.push(await next(250));
    expect(seen.map((rows) => rows.map(([timestamp = 0]) => (timestamp - minute) / 60_000))).toEqual([
      ...Array.from({ length: 7 }, () => [0]),
      [0, 1],
      [1],
      [1],
    ]);
    expect(seen[7]).toEqual(await sim.fetchOHLCV('BTC/USDT', '1m', minute, 1).then((rows) => [...rows, seen[7]?.[1]]));
  });

  it('skips no candle that closed between calls', async () => {
    await next(150);
    await vi.advanceTimersByTimeAsync(180_000);
    expect(await next(250)).toEqual(await sim.fetchOHLCV('BTC/USDT', '1m', minute, 10));
  });
});

describe('close', () => {
  const watchAll = () => [
    sim.watchTicker('BTC/USDT'),
    sim.watchTickers(),
    sim.watchOHLCV('BTC/USDT', '1m'),
    sim.watchOrderBook('BTC/USDT'),
    sim.watchTrades('BTC/USDT'),
  ];

  it('rejects pending watches and leaves no timer', async () => {
    const outcomes = Promise.allSettled(watchAll());
    await settle();
    expect(vi.getTimerCount()).toBe(5);
    await sim.close();
    expect(vi.getTimerCount()).toBe(0);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { name: 'ExchangeClosedByUser' } });
  });

  it('ends watches that have not reached their timer yet', async () => {
    const outcomes = Promise.allSettled(watchAll());
    await sim.close();
    expect(vi.getTimerCount()).toBe(0);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { name: 'ExchangeClosedByUser' } });
  });

  it('does not prevent a later watch, which starts again', async () => {
    const watched = sim.watchTrades('BTC/USDT');
    await vi.advanceTimersByTimeAsync(150);
    await watched;
    await sim.close();
    await vi.advanceTimersByTimeAsync(10_000);
    const again = sim.watchTrades('BTC/USDT');
    await vi.advanceTimersByTimeAsync(250);
    expect(new Set((await again).map(({ timestamp }) => timestamp)).size).toBe(1);
  });
});

describe('unWatch', () => {
  it.each([
    ['Ticker', () => sim.watchTicker('BTC/USDT'), () => sim.unWatchTicker('BTC/USDT')],
    ['Tickers', () => sim.watchTickers(['BTC/USDT', 'ADA/USDT']), () => sim.unWatchTickers(['ADA/USDT', 'BTC/USDT'])],
    ['OHLCV', () => sim.watchOHLCV('BTC/USDT', '5m'), () => sim.unWatchOHLCV('BTC/USDT', '5m')],
    ['OrderBook', () => sim.watchOrderBook('BTC/USDT'), () => sim.unWatchOrderBook('BTC/USDT')],
    ['Trades', () => sim.watchTrades('BTC/USDT'), () => sim.unWatchTrades('BTC/USDT')],
  ] as const)('%s ends that watch and no other', async (_, watch, unWatch) => {
    const other = sim.watchTicker('ETH/USDT');
    const ended: Promise<unknown> = watch();
    const outcome = Promise.allSettled([ended]);
    await settle();
    expect(vi.getTimerCount()).toBe(2);
    await unWatch();
    expect(vi.getTimerCount()).toBe(1);
    expect(await outcome).toMatchObject([{ reason: { name: 'UnsubscribeError' } }]);
    await vi.advanceTimersByTimeAsync(150);
    expect(await other).toMatchObject({ symbol: 'ETH/USDT' });
  });

  it('does nothing when nothing is watched', async () => {
    await expect(sim.unWatchTicker('BTC/USDT')).resolves.toBeUndefined();
  });
});
