import type { Feeds } from '../../../src/feed/live/feeds.ts';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import { isStale } from '../../../src/market/model/staleness.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import type { StreamKind } from '../../../src/market/ports/market-streams.ts';
import { tickerOf } from '../fakes/fake-market-data.ts';
import type { TwoInstances } from './two-instances.ts';

/** What a subscriber has received, as texts. */
export interface Followed {
  readonly texts: readonly string[];
  readonly ended: boolean;
}

/** One kind of data of one market whose value is a number that a test changes. */
export interface RelayedKind {
  readonly kind: StreamKind;
  /** True if an exchange can stream it. */
  readonly isStreamed: boolean;
  /** True if the last value is sent once more, marked stale, when the exchange fails. */
  readonly hasStale: boolean;
  /** How long after a change a poll brings it at the latest, in ms. */
  readonly paceMs: number;
  follow(feeds: Feeds): Followed;
  /** Sets what calls answer. Returns a function that pushes it. */
  change(number: number): (isFirst?: boolean) => void;
}

const symbol = 'BTC/USDT';
const market = { exchange: 'kraken', symbol };
const second = 1000;
const minute = 60_000;

/** All kinds of data that calls bring. */
export function createRelayedKinds(instances: TwoInstances): readonly RelayedKind[] {
  const { port, streams, clock } = instances.owner;
  const trades: Trade[] = [];
  const candles: Candle[] = [];

  function follow<V>(events: AsyncIterableIterator<FeedEvent<V>>, describe: (value: V) => string): Followed {
    return instances.follow(events, (value) => {
      if (value instanceof MarketDataError) return value.code;
      return `${describe(value)}${isStale(value) ? ' stale' : ''}`;
    });
  }

  return [
    {
      ...{ kind: 'ticker', isStreamed: true, hasStale: true, paceMs: second },
      follow: (feeds) => follow(feeds.tickers('kraken', [symbol]), ({ last }) => `${last}`),
      change: (last) => {
        port.set(symbol, { last });
        const receivedAt = clock.now();
        return (isFirst) =>
          streams.push('ticker', symbol, tickerOf({ ...market, last, receivedAt, source: 'STREAM' }), isFirst);
      },
    },
    {
      ...{ kind: 'orderBook', isStreamed: true, hasStale: true, paceMs: second },
      follow: (feeds) => follow(feeds.orderBook('kraken', symbol, 1), ({ bids }) => `${bids[0]?.price}`),
      change: (price) => {
        const sides = { bids: [{ price, amount: 1 }], asks: [{ price: 1000, amount: 1 }] };
        port.setOrderBook(sides);
        const book = { ...market, ...sides, timestamp: null, receivedAt: clock.now(), stale: false };
        return (isFirst) => streams.push('orderBook', symbol, book, isFirst);
      },
    },
    {
      ...{ kind: 'fundingRate', isStreamed: true, hasStale: true, paceMs: minute },
      follow: (feeds) => follow(feeds.derivatives.fundingRate('kraken', symbol), ({ rate }) => `${rate}`),
      change: (rate) => {
        port.derivatives.setRate({ rate });
        const blank = { nextRate: null, intervalMs: null, nextFundingTime: null, markPrice: null, indexPrice: null };
        const times = { timestamp: null, receivedAt: clock.now() };
        return (isFirst) =>
          streams.push(
            'fundingRate',
            symbol,
            { ...market, ...blank, ...times, rate, source: 'STREAM', stale: false },
            isFirst,
          );
      },
    },
    {
      ...{ kind: 'openInterest', isStreamed: false, hasStale: true, paceMs: minute },
      follow: (feeds) => follow(feeds.derivatives.openInterest('kraken', symbol), ({ amount }) => `${amount}`),
      change: (amount) => {
        port.derivatives.setInterest({ amount });
        return () => {};
      },
    },
    {
      ...{ kind: 'allTickers', isStreamed: false, hasStale: true, paceMs: 5 * second },
      follow: (feeds) =>
        follow(feeds.allTickers({ exchange: 'kraken', type: null }), ({ tickers }) => `${tickers[0]?.last}`),
      change: (last) => {
        port.set(symbol, { last });
        return () => {};
      },
    },
    {
      ...{ kind: 'trades', isStreamed: true, hasStale: false, paceMs: second },
      follow: (feeds) => follow(feeds.trades('kraken', symbol), (value) => value.map(({ id }) => id).join()),
      change: (number) => {
        const id = `${number}`;
        const values = { price: 1, amount: 1, cost: 1, side: 'buy' } as const;
        const trade: Trade = { ...market, id, timestamp: clock.now(), ...values };
        trades.push(trade);
        port.setTrades(trades);
        return (isFirst) => streams.push('trades', symbol, [trade], isFirst);
      },
    },
    {
      ...{ kind: 'candles', isStreamed: true, hasStale: true, paceMs: second },
      follow: (feeds) =>
        follow(
          feeds.candles('kraken', symbol, '1m'),
          ({ timestamp, close, closed }) => `${(timestamp / minute) % 60}:${close}${closed ? ' closed' : ''}`,
        ),
      change: (close) => {
        const timestamp = clock.now() - (clock.now() % minute);
        const candle: Candle = { timestamp, open: 1, high: 1e9, low: 0, close, volume: close, closed: false };
        if (candles.at(-1)?.timestamp === timestamp) candles.pop();
        candles.push(candle);
        port.setCandles(candles);
        return (isFirst) => streams.push('candles', symbol, [candle], isFirst);
      },
    },
  ];
}
