import type {
  MarketStreams,
  Stream,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../../../src/market/ports/market-streams.ts';
import { FakeStreams } from '../../fakes/fake-streams.ts';
import type { FakeBus } from '../fakes/fake-network.ts';
import type { FakeOwners } from '../fakes/fake-owners.ts';
import {
  blankTicker,
  btc,
  exchange,
  type HeardStream,
  type LiveInstance,
  LiveInstances,
  toTrade,
} from './live-instances.ts';

/** What can happen. `who` is the number of an instance, `which` that of a message on its way. */
export type LiveStep =
  | { readonly kind: 'trade' | 'price' | 'release' }
  | { readonly kind: 'deliver' | 'drop' | 'repeat'; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'give'; readonly who: number; readonly isHandover: boolean }
  | { readonly kind: 'deaf' | 'cut' | 'pause' | 'recover'; readonly who: number };

const names = ['a', 'b', 'c'];

/** Feeds that have the latest price, and each trade of the market once it has happened. */
class PlayedFeeds implements MarketStreams {
  readonly pushed = new FakeStreams();
  readonly #price: () => StreamMessages['ticker'];

  constructor(price: () => StreamMessages['ticker']) {
    this.#price = price;
  }

  offers = (): boolean => true;

  open<K extends StreamKind>(request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>): Stream {
    const stream = this.pushed.open(request, listener);
    // As real feeds, it has a value a moment after it was opened.
    queueMicrotask(() => {
      if (request.kind === 'ticker') this.pushed.push('ticker', btc, this.#price());
      else this.pushed.connect('trades', btc);
    });
    return stream;
  }
}

interface Reader {
  readonly instance: LiveInstance<FakeBus, FakeOwners>;
  readonly tickers: HeardStream<'ticker'>;
  readonly trades: HeardStream<'trades'>;
  readonly check: TradeCheck;
  readonly order: PriceCheck;
}

/** Three instances that follow one market, over a network on which messages are lost, repeated and reordered. */
export class LiveModel {
  readonly cluster = new LiveInstances();
  readonly readers: readonly Reader[];
  readonly #feeds: readonly PlayedFeeds[];
  /** The owners so far, one after the other. */
  readonly #owners: string[] = [];
  #fence = 0;
  #price = 1;
  #trades = 0;

  constructor() {
    const { cluster } = this;
    cluster.ownership.grantsToFinder = true;
    cluster.network.isHeld = true;
    this.#feeds = names.map((_, who) => new PlayedFeeds(() => this.#ticker(who)));
    this.readers = names.map((name, who) => {
      const instance = cluster.start(name, 300 * who, this.#feeds[who]);
      instance.local.offer('ticker', 'trades');
      const [tickers, trades] = [instance.listen('ticker'), instance.listen('trades')];
      return { instance, tickers, trades, check: new TradeCheck(trades), order: new PriceCheck(tickers) };
    });
  }

  get price(): number {
    return this.#price;
  }

  async run(step: LiveStep): Promise<void> {
    this.#act(step);
    await this.cluster.clock.advance(step.kind === 'pass' ? step.ms : 0);
    const lease = this.cluster.ownership.leaseOf(exchange);
    if (lease && lease.fence !== this.#fence) {
      this.#fence = lease.fence;
      this.#owners.push(lease.instance);
    }
    for (const { check, order } of this.readers) {
      check.run(this.#trades);
      order.run();
    }
  }

  /** Everything works again, and some time passes. */
  async settle(): Promise<void> {
    for (const [who] of names.entries()) await this.run({ kind: 'recover', who });
    await this.run({ kind: 'release' });
    this.cluster.network.isHeld = false;
    for (let second = 0; second < 12; second++) await this.run({ kind: 'pass', ms: 1000 });
    await this.run({ kind: 'price' });
    await this.run({ kind: 'trade' });
    await this.run({ kind: 'pass', ms: 50 });
  }

  get trades(): number {
    return this.#trades;
  }

  /**
   * True if the prices that a listener has heard come from one owner after the other, in the order in which they were
   * owners.
   */
  isInOrder(tickers: HeardStream<'ticker'>): boolean {
    let index = 0;
    return tickers.messages.every(({ vwap }) => {
      const owner = names[vwap ?? 0];
      while (index < this.#owners.length && this.#owners[index] !== owner) index += 1;
      return index < this.#owners.length;
    });
  }

  #act(step: LiveStep): void {
    const { network, ownership } = this.cluster;
    switch (step.kind) {
      case 'trade':
        this.#trades += 1;
        for (const streams of this.#allStreams()) streams.push('trades', btc, [toTrade(this.#trades)]);
        return;
      case 'price':
        this.#price += 1;
        for (const [who, { instance }] of this.readers.entries()) {
          instance.local.push('ticker', btc, this.#ticker(who));
          this.#feeds[who]?.pushed.push('ticker', btc, this.#ticker(who));
        }
        return;
      case 'release': {
        network.release();
        network.isHeld = true;
        return;
      }
      case 'deliver':
        network.held.splice(step.which % Math.max(1, network.held.length), 1)[0]?.deliver();
        return;
      case 'drop':
        network.held.splice(step.which % Math.max(1, network.held.length), 1);
        return;
      case 'repeat':
        network.held[step.which % Math.max(1, network.held.length)]?.deliver();
        return;
      case 'pass':
        return;
      case 'give':
        ownership.give(exchange, names[step.who] ?? null, step.isHandover);
        return;
      default:
        this.#disturb(step.kind, this.readers[step.who]?.instance);
    }
  }

  #disturb(kind: 'deaf' | 'cut' | 'pause' | 'recover', instance?: LiveInstance<FakeBus, FakeOwners>): void {
    if (!instance) return;
    const { bus, owners } = instance;
    if (kind === 'deaf') owners.isDeaf = true;
    if (kind === 'cut') bus.isDown = true;
    if (kind === 'pause') bus.isPaused = true;
    if (kind !== 'recover') return;
    owners.isDeaf = false;
    // What it knows now, it does not forget when it is deaf again.
    owners.learn(exchange, false);
    bus.resume();
    bus.reconnect();
  }

  #allStreams(): readonly FakeStreams[] {
    return [...this.readers.map(({ instance }) => instance.local), ...this.#feeds.map(({ pushed }) => pushed)];
  }

  /** The price, with the number of the instance whose feed has it. */
  #ticker(who: number): StreamMessages['ticker'] {
    return { ...blankTicker, last: this.#price, vwap: who, receivedAt: this.cluster.clock.now() };
  }
}

/** Checks that each trade is heard once and in order, unless the listener has been told that some may be missing. */
class TradeCheck {
  readonly #trades: HeardStream<'trades'>;
  /** What is wrong. */
  readonly failures: string[] = [];
  /** The last trade that was heard since the last report; null if none was. */
  #last: number | null = null;
  /** A trade up to this one must be the next; null before the first message. */
  #next: number | null = null;
  #mayMiss = true;

  constructor(trades: HeardStream<'trades'>) {
    this.#trades = trades;
  }

  /** `executed` trades have happened so far. */
  run(executed: number): void {
    for (const text of this.#trades.take()) {
      if (text === 'down') this.#mayMiss = true;
      if (!text.startsWith('[')) continue;
      if (text.endsWith('first') || this.#mayMiss) {
        this.#last = null;
        this.#next = executed + 1;
      }
      this.#mayMiss = false;
      for (const id of text.match(/\d+/g) ?? []) this.#take(Number(id), text);
    }
  }

  #take(id: number, text: string): void {
    const { failures } = this;
    if (this.#last !== null && id !== this.#last + 1) failures.push(`${text} after ${this.#last}`);
    if (this.#last === null && this.#next !== null && id > this.#next)
      failures.push(`${text} instead of ${this.#next}`);
    this.#last = id;
  }
}

/** Checks that the price of one source never goes back. */
class PriceCheck {
  readonly #tickers: HeardStream<'ticker'>;
  /** What is wrong. */
  readonly failures: string[] = [];
  #last = 0;

  constructor(tickers: HeardStream<'ticker'>) {
    this.#tickers = tickers;
  }

  run(): void {
    for (const text of this.#tickers.take()) {
      if (text === 'down' || text === 'open') continue;
      const price = Number.parseInt(text, 10);
      if (price < this.#last && !text.endsWith('first')) this.failures.push(`${text} after ${this.#last}`);
      this.#last = price;
    }
  }
}
