import { MarketDataError } from '../../../src/market/errors.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { LiveFeeds, staleMaxMs, startTimeoutMs } from './live-feeds.ts';

const btc = 'BTC/USDT';
const minute = 60_000;

/** What may happen to an exchange. */
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
  /** Since when calls fail or hang. */
  #failingSince: number | null = null;
  #release = (): void => {};
  /** True once a subscriber has been served: then what is missing is waited for much longer. */
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

  /** Notes when a subscription is served. */
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
        // A stream that dropped is back with every third trade, the others are missed.
        if (!this.#isUp && live.clock.now() % 3 === 0) this.#isUp = true;
        this.#execute(this.isStreaming && this.#isUp);
        return this.#publish();
      case 'lag':
        // Only what the stream has told may be missing: of what else would anybody know?
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
        // What an exchange fails to give for too long is given up.
        const failsFor = this.#failingSince === null ? 0 : live.clock.now() + each.ms - this.#failingSince;
        if (failsFor >= (this.#isServing ? staleMaxMs : startTimeoutMs) / 2) this.recover();
        // Answers catch up soon.
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

  /** All is well again, and time enough passes for everything to be told. */
  async settle(): Promise<void> {
    this.lag = 0;
    this.#publish();
    this.recover();
    await this.live.clock.advance(5 * minute);
  }
}

/** How fetches name the trades that the stream names by number. */
export const namings: Readonly<Record<string, (trade: Trade) => Trade>> = {
  'the same ids': (trade) => trade,
  'other ids': (trade) => ({ ...trade, id: `f${trade.id}` }),
  'no ids': (trade) => ({ ...trade, id: null }),
};
