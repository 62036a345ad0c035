import { MarketDataError } from '../../../src/market/errors.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { LiveFeeds, staleMaxMs, startTimeoutMs } from './live-feeds.ts';

const btc = 'BTC/USDT';
const minute = 60_000;

/** The events in the life of an exchange. */
export type Happening =
  | { readonly kind: 'trade' | 'drop' | 'fail' | 'recover' | 'hold' | 'release' }
  | { readonly kind: 'lag'; readonly trades: number }
  | { readonly kind: 'pass'; readonly ms: number };

/** An exchange of one market whose stream drops, whose answers lag behind it, and whose calls fail, hang and recover. */
export class FailingExchange {
  readonly live = new LiveFeeds();
  readonly isStreaming: boolean;
  /** How many of the newest trades its answers lack. */
  lag = 0;
  #isUp = true;
  #isNew = true;
  /** When calls began to fail or hang, epoch ms. */
  #failingSince: number | null = null;
  #release = (): void => {};
  /** True once a subscriber has been served: then the feed waits much longer for missing values. */
  #isServing = false;
  readonly #kind: 'trades' | 'candles';
  readonly #execute: (push: boolean) => void;
  readonly #publish: () => void;

  /** `execute` makes a trade, and pushes it if the stream is up; `publish` sets what calls answer. */
  constructor(
    kind: 'trades' | 'candles',
    isStreaming: boolean,
    execute: (push: boolean) => void,
    publish = (): void => {},
  ) {
    this.#kind = kind;
    this.#execute = execute;
    this.#publish = publish;
    this.isStreaming = isStreaming;
    if (isStreaming) this.live.streams.offer(kind);
  }

  /** Waits until a subscription is served, and records that. */
  async serve(subscription: { whenReady(): Promise<void> }): Promise<void> {
    await subscription.whenReady();
    this.#isServing = true;
  }

  /** True for the first message of a connection. */
  isFirst(): boolean {
    const isFirst = this.#isNew;
    this.#isNew = false;
    return isFirst;
  }

  async run(each: Happening): Promise<void> {
    const { live } = this;
    switch (each.kind) {
      case 'trade':
        // A dropped stream is back with every third trade. The trades in between are missed.
        if (!this.#isUp && live.clock.now() % 3 === 0) this.#isUp = true;
        this.#execute(this.isStreaming && this.#isUp);
        return this.#publish();
      case 'lag':
        // Answers may lack only trades that the stream has sent, because nobody knows of any others.
        this.lag = this.isStreaming && this.#isUp ? each.trades : 0;
        return this.#publish();
      case 'drop':
        this.#isUp = false;
        this.#isNew = true;
        return live.streams.interrupt(this.#kind, btc);
      case 'fail':
        this.#failingSince ??= live.clock.now();
        return live.port.fail(new MarketDataError('TIMEOUT', 'down'));
      case 'recover':
        return this.recover();
      case 'hold':
        this.#failingSince ??= live.clock.now();
        this.#release();
        this.#release = live.port.hold();
        return;
      case 'release':
        return this.#release();
      case 'pass': {
        // The feed gives up values that an exchange fails to return for too long, so the exchange recovers before that.
        const failsFor = this.#failingSince === null ? 0 : live.clock.now() + each.ms - this.#failingSince;
        if (failsFor >= (this.#isServing ? staleMaxMs : startTimeoutMs) / 2) this.recover();
        // Answers soon have the newest trades again.
        if (each.ms >= 1000) {
          this.lag = 0;
          this.#publish();
        }
        await live.clock.advance(each.ms);
      }
    }
  }

  recover(): void {
    this.#failingSince = null;
    this.live.port.fail(null);
    this.#release();
  }

  /** Everything works again, and enough time passes for all events to be sent. */
  async settle(): Promise<void> {
    this.lag = 0;
    this.#publish();
    this.recover();
    await this.live.clock.advance(5 * minute);
  }
}

/** How fetches name the trades whose ids in the stream are numbers. */
export const namings: Readonly<Record<string, (trade: Trade) => Trade>> = {
  'the same ids': (trade) => trade,
  'other ids': (trade) => ({ ...trade, id: `f${trade.id}` }),
  'no ids': (trade) => ({ ...trade, id: null }),
};
