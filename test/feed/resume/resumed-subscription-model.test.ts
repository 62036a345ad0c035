import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sleep } from '../../../src/base/clock.ts';
import type { ResumedSubscription } from '../../../src/feed/resume/resumed-subscription.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { FailingExchange, type Happening, namings } from '../../support/feed/failing-exchange.ts';
import type { LiveFeeds } from '../../support/feed/live-feeds.ts';
import { Reader } from '../../support/feed/reader.ts';

// What must be true of history and live events together, whatever trades, drops, failures, slow answers and time do.

const btc = 'BTC/USDT';
const minute = 60_000;

type Step = Happening | { readonly kind: 'resume'; readonly from: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ kind: 'trade' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('drop' as const, 'fail' as const, 'recover' as const, 'hold' as const, 'release' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lag' as const), trades: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('resume' as const), from: fc.nat(100) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 10, 400, 1000, 3000, 20_000, minute, 3 * minute),
    }),
  },
);

const steps = fc.array(step, { maxLength: 40, size: 'max' });

/** A client that comes back as often as it is refused, and what it received. */
class Client<V> {
  readonly since: number;
  reader: Reader<V> | null = null;
  readonly #live: LiveFeeds;

  constructor(live: LiveFeeds, since: number, open: () => Promise<ResumedSubscription<V>>) {
    this.since = since;
    this.#live = live;
    void this.#begin(open);
  }

  get values(): readonly V[] {
    return (this.reader?.seen ?? []).flatMap((event) => (event instanceof MarketDataError ? [] : [event]));
  }

  /** The error that ended it, if one did. */
  get ending(): MarketDataError | null {
    const last = this.reader?.seen.at(-1);
    return last instanceof MarketDataError ? last : null;
  }

  async #begin(open: () => Promise<ResumedSubscription<V>>): Promise<void> {
    while (!this.reader) {
      try {
        this.reader = new Reader(await open(), String);
      } catch (error) {
        if (!(error instanceof MarketDataError) || !error.retryable) throw error;
        await sleep(this.#live.clock, 1000);
      }
    }
  }
}

test.each(Object.keys(namings))('trades from since on are sent once and in order, with %s in calls', async (naming) => {
  const toFetched = namings[naming] ?? ((trade: Trade) => trade);
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), fc.boolean(), async (each, isStreaming, isListenedTo) => {
      const executed: Trade[] = [];
      let answered = 0;
      // Without common ids, or where one of two trades that are alike is late, nothing says which of them is meant.
      const hasTwins = naming === 'the same ids' && !each.some(({ kind }) => kind === 'lag');
      const exchange = new FailingExchange(
        'trades',
        isStreaming,
        (push) => {
          const amount = hasTwins ? 1 + (executed.length % 2) : 1 + executed.length;
          const shared = { exchange: 'kraken', symbol: btc, price: 1, amount, cost: 1, side: 'buy' } as const;
          const trade: Trade = { ...shared, id: String(executed.length), timestamp: live.clock.now() };
          executed.push(trade);
          if (push) live.streams.push('trades', btc, [trade], exchange.isFirst());
        },
        () => {
          answered = Math.max(answered, executed.length - exchange.lag);
          live.port.setTrades(executed.slice(0, answered).map(toFetched));
        },
      );
      const { live } = exchange;
      // Nobody could say of a younger market whether its exchange serves all trades, or in whole seconds.
      await live.clock.advance(7);
      await exchange.run({ kind: 'trade' });
      await live.clock.advance(minute);
      if (isListenedTo) {
        const listened = live.feeds.trades('kraken', btc);
        void exchange.serve(listened);
        live.follow(listened, String);
      }
      const clients: Client<readonly Trade[]>[] = [];
      for (const one of each) {
        if (one.kind !== 'resume') {
          await exchange.run(one);
          continue;
        }
        const since = executed[one.from % Math.max(1, executed.length)]?.timestamp ?? live.clock.now();
        const open = () =>
          live.feeds.resumeTrades(live.feeds.trades('kraken', btc), { exchange: 'kraken', symbol: btc }, since);
        clients.push(new Client(live, since, open));
      }
      await exchange.settle();
      const toText = ({ timestamp, amount }: Trade): string => `${timestamp} ${amount}`;
      for (const client of clients) {
        const sent = client.values.flat();
        const wanted = executed.filter(({ timestamp }) => timestamp >= client.since);
        expect(sent.map(({ timestamp }) => timestamp)).toEqual(wanted.map(({ timestamp }) => timestamp));
        expect(sent.map(toText).sort()).toEqual(wanted.map(toText).sort());
        await client.reader?.leave();
      }
      expect(live.feeds.heldHistory).toBe(0);
      await live.leaveNothing();
    }),
    { numRuns: 100 },
  );
});

test('candles from since on are sent as closed once, in order and with their last values', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), fc.boolean(), async (each, isStreaming, isListenedTo) => {
      const candles: Candle[] = [];
      const exchange = new FailingExchange(
        'candles',
        isStreaming,
        (push) => {
          const timestamp = Math.floor(live.clock.now() / minute) * minute;
          const last = candles.at(-1);
          const forming = last?.timestamp === timestamp ? candles.pop() : undefined;
          const volume = (forming?.volume ?? 0) + 1;
          const candle: Candle = { timestamp, open: 1, high: 9, low: 1, close: volume, volume, closed: false };
          candles.push(candle);
          if (push) live.streams.push('candles', btc, [candle]);
        },
        () => live.port.setCandles([...candles]),
      );
      const { live } = exchange;
      if (isListenedTo) {
        const listened = live.feeds.candles('kraken', btc, '1m');
        void exchange.serve(listened);
        live.follow(listened, String);
      }
      const clients: Client<Candle>[] = [];
      for (const one of each) {
        if (one.kind !== 'resume') {
          await exchange.run(one);
          continue;
        }
        const since = candles[one.from % Math.max(1, candles.length)]?.timestamp ?? live.clock.now();
        const series = { exchange: 'kraken', symbol: btc, timeframe: '1m' };
        const open = () => live.feeds.resumeCandles(live.feeds.candles('kraken', btc, '1m'), series, since);
        clients.push(new Client(live, since, open));
      }
      await exchange.settle();
      for (const client of clients) {
        const wanted = candles.filter(({ timestamp }) => timestamp >= client.since);
        const closed = client.values.filter((candle) => candle.closed);
        const shown = closed.map(({ stale: _stale, ...candle }) => candle);
        const closing = wanted.map((candle) => ({ ...candle, closed: true }));
        const { ending } = client;
        // A failure where the first live candle follows the history ends it, and is worth a retry.
        if (ending) expect(ending).toMatchObject({ retryable: true });
        expect(shown).toEqual(ending ? closing.slice(0, shown.length) : closing);
        const starts = client.values.map(({ timestamp }) => timestamp);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
        const isAfterItsEnd = (candle: Candle, at: number): boolean =>
          client.values[at - 1]?.closed === true && client.values[at - 1]?.timestamp === candle.timestamp;
        expect(client.values.filter(isAfterItsEnd)).toEqual([]);
        await client.reader?.leave();
      }
      expect(live.feeds.heldHistory).toBe(0);
      await live.leaveNothing();
    }),
    { numRuns: 100 },
  );
});
