import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { FailingExchange, type Happening, namings } from '../../support/feed/failing-exchange.ts';
import type { Reader } from '../../support/feed/reader.ts';

// What must be true of trades and candles whatever trades, drops, failures, slow answers and time do.

const btc = 'BTC/USDT';
const minute = 60_000;

const step: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'trade' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('drop' as const, 'fail' as const, 'recover' as const, 'hold' as const, 'release' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 10, 400, 1000, 3000, 20_000, minute, 3 * minute),
    }),
  },
);

/** True for the error that says that something is lost: calls of this exchange fail in another way. */
function isGap(event: unknown): boolean {
  return event instanceof MarketDataError && event.code === 'EXCHANGE_UNAVAILABLE';
}

test.each(Object.keys(namings))('every trade is sent once and in order, with %s in calls', async (naming) => {
  const toFetched = namings[naming] ?? ((trade: Trade) => trade);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), fc.boolean(), async (steps, isStreaming) => {
      const executed: Trade[] = [];
      const exchange = new FailingExchange('trades', isStreaming, (push) => {
        const timestamp = live.clock.now();
        const id = String(executed.length);
        const shared = { exchange: 'kraken', symbol: btc, price: 1, amount: 1 + (executed.length % 2), cost: 1 };
        const trade: Trade = { ...shared, id, timestamp, side: 'buy' };
        executed.push(trade);
        live.port.setTrades(executed.map(toFetched));
        if (push) live.streams.push('trades', btc, [trade], exchange.isFirst());
      });
      const { live } = exchange;
      const subscription = live.feeds.trades('kraken', btc);
      void exchange.serve(subscription);
      const events: Reader<readonly Trade[]> = live.follow(subscription, String);
      for (const each of steps) await exchange.run(each);
      await exchange.settle();
      const sent = events.seen.flatMap((event) => (event instanceof MarketDataError ? [] : event));
      expect(events.seen.filter(isGap)).toEqual([]);
      const toText = ({ timestamp, amount }: Trade): string => `${timestamp} ${amount}`;
      expect(sent.map(({ timestamp }) => timestamp)).toEqual(executed.map(({ timestamp }) => timestamp));
      expect(sent.map(toText).sort()).toEqual(executed.map(toText).sort());
      await live.leaveNothing();
    }),
    { numRuns: 100 },
  );
});

test('trades that the stream sends and no call brings leave no gap among the others', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const inCalls: Trade[] = [];
      const toTrade = (id: string, side: 'buy' | 'sell'): Trade => ({
        ...{ exchange: 'kraken', symbol: btc, id, timestamp: live.clock.now(), price: 1, amount: 1, cost: 1, side },
      });
      const execute = (isPushed: boolean): void => {
        const trade = toTrade(String(inCalls.length), 'buy');
        inCalls.push(trade);
        live.port.setTrades([...inCalls]);
        if (!isPushed) return;
        live.streams.push('trades', btc, [trade], exchange.isFirst());
        // The newest one is often such a trade.
        if (inCalls.length % 2 === 0) live.streams.push('trades', btc, [toTrade(`${trade.id} liquidated`, 'sell')]);
      };
      const exchange = new FailingExchange('trades', true, execute);
      const { live } = exchange;
      const subscription = live.feeds.trades('kraken', btc);
      void exchange.serve(subscription);
      const events: Reader<readonly Trade[]> = live.follow(subscription, String);
      execute(false);
      await live.clock.advance(1);
      for (const each of steps) await exchange.run(each);
      await exchange.settle();
      expect(events.seen.filter(isGap)).toEqual([]);
      const sent = events.seen.flatMap((event) => (event instanceof MarketDataError ? [] : event));
      expect(sent.filter(({ side }) => side === 'buy').map(({ id }) => id)).toEqual(inCalls.map(({ id }) => id));
      expect(new Set(sent).size).toBe(sent.length);
      await live.leaveNothing();
    }),
    { numRuns: 100 },
  );
});

test('every candle is sent as closed once, in order and with its last values', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), fc.boolean(), async (steps, isStreaming) => {
      const candles: Candle[] = [];
      const exchange = new FailingExchange('candles', isStreaming, (push) => {
        const timestamp = Math.floor(live.clock.now() / minute) * minute;
        const last = candles.at(-1);
        const forming = last?.timestamp === timestamp ? candles.pop() : undefined;
        const volume = (forming?.volume ?? 0) + 1;
        const candle: Candle = { timestamp, open: 1, high: 9, low: 1, close: volume, volume, closed: false };
        candles.push(candle);
        live.port.setCandles([...candles]);
        if (push) live.streams.push('candles', btc, [candle]);
      });
      const { live } = exchange;
      const subscription = live.feeds.candles('kraken', btc, '1m');
      void exchange.serve(subscription);
      const events = live.follow(subscription, String);
      for (const each of steps) await exchange.run(each);
      await exchange.settle();
      const sent = events.seen.flatMap((event) => (event instanceof MarketDataError ? [] : [event]));
      expect(events.seen.filter(isGap)).toEqual([]);
      const closed = sent.filter((candle) => candle.closed);
      expect(closed).toEqual(candles.map((candle) => ({ ...candle, closed: true, stale: false })));
      // Nothing of a period comes before the one before it has closed, or after it has closed itself.
      const starts = sent.map(({ timestamp }) => timestamp);
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
      expect(sent.filter((candle, at) => sent[at - 1]?.closed && sent[at - 1]?.timestamp === candle.timestamp)).toEqual(
        [],
      );
      await live.leaveNothing();
    }),
    { numRuns: 100 },
  );
});
