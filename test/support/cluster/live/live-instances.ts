import type { Clock } from '../../../../src/base/clock.ts';
import type { Bus } from '../../../../src/cluster/connection/bus.ts';
import { ClusterStreams } from '../../../../src/cluster/live/cluster-streams.ts';
import { toLiveTiming } from '../../../../src/cluster/live/protocol/live-timing.ts';
import { RelayServer } from '../../../../src/cluster/live/relays/relay-server.ts';
import type { Owners } from '../../../../src/cluster/members/owners.ts';
import type { SharedTime } from '../../../../src/cluster/members/shared-time.ts';
import type { MarketDataError } from '../../../../src/market/errors.ts';
import type { OrderBook } from '../../../../src/market/model/order-book.ts';
import type { Ticker } from '../../../../src/market/model/ticker.ts';
import type { Trade } from '../../../../src/market/model/trade.ts';
import type {
  MarketStreams,
  Stream,
  StreamedCandle,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../../../src/market/ports/market-streams.ts';
import { FakeStreams } from '../../fakes/fake-streams.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { type FakeBus, FakeNetwork } from '../fakes/fake-network.ts';
import { type FakeOwners, FakeOwnership } from '../fakes/fake-owners.ts';
import { timeAheadBy } from '../fakes/fake-time.ts';

export const btc = 'BTC/USDT';
export const exchange = 'kraken';

export interface InstanceParts<B extends Bus, O extends Owners> {
  readonly bus: B;
  readonly owners: O;
  readonly time: SharedTime;
  readonly clock: Clock;
  /** What its feeds have; `feeds` of the instance if left out, and nothing yet if null. */
  readonly served?: MarketStreams | null;
}

/** The live data of one instance, between the streams of an exchange and feeds that a test plays. */
export class LiveInstance<B extends Bus = Bus, O extends Owners = Owners> {
  readonly bus: B;
  readonly owners: O;
  readonly time: SharedTime;
  /** The streams of the exchange, for this instance. */
  /** The exchanges that it has prepared. */
  readonly prepared: string[] = [];
  readonly local = new FakeStreams();
  /** What the feeds of this instance have, for other instances. */
  readonly feeds = new FakeStreams();
  readonly streams: ClusterStreams;
  readonly relays: RelayServer;
  /** The ages of the live values that have arrived, in ms. */
  readonly ages: number[] = [];
  /** The kinds of data for which something was lost, and why messages were not used. */
  readonly repairs: string[] = [];
  readonly drops: string[] = [];
  readonly #clock: Clock;

  constructor(parts: InstanceParts<B, O>) {
    const { bus, owners, time, clock } = parts;
    this.bus = bus;
    this.owners = owners;
    this.time = time;
    this.#clock = clock;
    const events = {
      onLiveValue: (_kind: string, ageMs: number) => void this.ages.push(ageMs),
      onRepair: (kind: string) => void this.repairs.push(kind),
      onDrop: (reason: string) => void this.drops.push(reason),
    };
    const channel = (name: string): string => `test:${name}`;
    const options = { ...{ bus, owners, time, clock, channel, events }, timing: toLiveTiming(15_000) };
    this.streams = new ClusterStreams({
      ...options,
      local: this.local,
      prepare: (name) => this.prepared.push(name),
      random: () => 0,
    });
    this.relays = new RelayServer(options);
    const { served = this.feeds } = parts;
    if (served) this.relays.serve(served);
  }

  listen<K extends StreamKind>(kind: K, more: Partial<StreamRequest<K>> = {}): HeardStream<K> {
    return new HeardStream((listener) => this.streams.open({ exchange, symbol: btc, kind, ...more }, listener));
  }

  /** The feed has a ticker of this price, which it received just now. */
  sendTicker(last: number, symbol = btc): void {
    this.feeds.push('ticker', symbol, { ...blankTicker, symbol, last, receivedAt: this.#clock.now() });
  }

  sendTrades(...ids: readonly number[]): void {
    this.feeds.push('trades', btc, ids.map(toTrade));
  }

  close(): void {
    this.streams.close();
    this.relays.close();
  }
}

/** Several instances on one network in memory, with a clock that stands still. */
export class LiveInstances {
  readonly clock = new ManualClock();
  readonly network = new FakeNetwork();
  readonly ownership = new FakeOwnership(this.clock);
  readonly all: LiveInstance<FakeBus, FakeOwners>[] = [];

  /** `aheadMs`: by how much its clock is ahead of Redis. */
  start(name: string, aheadMs = 0, served?: MarketStreams): LiveInstance<FakeBus, FakeOwners> {
    const { clock: shared, network, ownership } = this;
    const clock: Clock = { now: () => shared.now() + aheadMs, after: (ms, callback) => shared.after(ms, callback) };
    const parts = { bus: network.connect(), owners: ownership.join(name), time: timeAheadBy(aheadMs), clock };
    const instance = new LiveInstance(served ? { ...parts, served } : parts);
    this.all.push(instance);
    return instance;
  }

  /** Lets everything arrive that is on its way. */
  async settle(): Promise<void> {
    await this.clock.advance(10);
  }

  close(): void {
    for (const instance of this.all) instance.close();
  }
}

/** A stream with what its listener has heard. */
export class HeardStream<K extends StreamKind> {
  /** `open`, a message as text (` first` follows if it is the first one), or `down`. */
  readonly heard: string[] = [];
  readonly messages: StreamMessages[K][] = [];
  readonly errors: MarketDataError[] = [];
  readonly stream: Stream;

  constructor(open: (listener: StreamListener<StreamMessages[K]>) => Stream) {
    this.stream = open({
      onOpen: () => void this.heard.push('open'),
      onMessage: (message, isFirst) => {
        this.messages.push(message);
        this.heard.push(isFirst ? `${toText(message)} first` : toText(message));
      },
      onInterrupted: (error) => {
        this.errors.push(error);
        this.heard.push('down');
      },
    });
  }

  /** What was heard since the last call. */
  take(): readonly string[] {
    return this.heard.splice(0);
  }
}

/** Tickers by price, trades by id, candles by time and close, books by the number of levels. */
function toText(message: StreamMessages[StreamKind]): string {
  if (isObject(message)) {
    if ('last' in message) return String(message.last);
    return 'bids' in message ? `${message.bids.length} levels` : 'value';
  }
  return `[${message.map((each) => ('id' in each ? each.id : each.timestamp)).join(' ')}]`;
}

function isObject<T extends object>(message: T | readonly unknown[]): message is T {
  return !Array.isArray(message);
}

export const blankTicker: Ticker = Object.freeze({
  ...{ exchange, symbol: btc, timestamp: null, receivedAt: 0, source: 'STREAM' as const, stale: false },
  ...{ last: null, open: null, high: null, low: null, close: null, previousClose: null, bid: null, bidVolume: null },
  ...{ ask: null, askVolume: null, vwap: null, change: null, percentage: null, average: null, baseVolume: null },
  ...{ quoteVolume: null, markPrice: null, indexPrice: null },
});

export function toTrade(id: number): Trade {
  return { exchange, symbol: btc, id: String(id), timestamp: id, price: 1, amount: 1, cost: 1, side: 'buy' };
}

export function toCandle(timestamp: number, close = 1): StreamedCandle {
  return { timestamp, open: 1, high: 1, low: 1, close, volume: 1, closed: false };
}

export function toBook(levels: number): OrderBook {
  const side = Array.from({ length: levels }, (_, index) => ({ price: index + 1, amount: 1 }));
  return { exchange, symbol: btc, timestamp: null, receivedAt: 0, bids: side, asks: side, stale: false };
}
