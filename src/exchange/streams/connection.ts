import { backoffMs } from '../../market/backoff.ts';
import { type Clock, sleep } from '../../market/clock.ts';
import { ccxtErrors } from '../ccxt.ts';
import { withDeadline } from '../deadline.ts';
import type { StreamInstance } from './instance.ts';
import type { Subscription } from './subscription.ts';

export interface ConnectionOptions {
  readonly openInstance: () => Promise<StreamInstance>;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** How long the exchange may take to confirm that a subscription has ended, in ms. */
  readonly timeoutMs: number;
  /** Called with what a stream threw, as ccxt threw it. */
  readonly onError: (error: unknown) => void;
}

interface Run {
  readonly abort: AbortController;
  /** True once the exchange has been asked for it. */
  asked: boolean;
  /** True once this connection has brought a message of the subscription. */
  spoken: boolean;
  /** How often the exchange has refused it since its last message. */
  refusals: number;
}

/** What a connection tells. */
export interface ConnectionEvents {
  /** Every subscription has had a message over it. */
  readonly onSpoken: () => void;
  /** The exchange refused a subscription so many times in a row, and the pause after that is over. */
  readonly onRefused: (subscription: Subscription, refusals: number) => void;
}

const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** A dial that comes so long after the one before is no repetition of it. */
const calmMs = 60_000;

/** What an exchange refused is asked for again after this, then at twice the distance each time. */
const firstRefusalMs = 5000;
const longestRefusalMs = 300_000;

/**
 * Some subscriptions of one exchange over one ccxt instance. Each is a loop of watch calls. What drops is dialled again
 * after a pause that all of them share; what the exchange refuses waits alone, and is then up to the owner. ccxt dials
 * on the next watch call only, even after `close()`, so every loop looks whether it has been ended before it calls.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #runs = new Map<Subscription, Run>();
  /** By channel, what must be over before the channel can be subscribed again. */
  readonly #leaving = new Map<string, Promise<unknown>>();
  #instance: Promise<StreamInstance> | null = null;
  #pause: Promise<void> | null = null;
  #failures = 0;
  #lastFailureAt = Number.NEGATIVE_INFINITY;
  #closed = false;
  #isServedElsewhere: ((subscription: Subscription) => boolean) | null = null;
  #triedAt: number;
  readonly #end = new AbortController();
  readonly #events: ConnectionEvents;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.#triedAt = options.clock.now();
  }

  get subscriptions(): readonly Subscription[] {
    return [...this.#runs.keys()];
  }

  /** When it dialled last, epoch ms. */
  get triedAt(): number {
    return this.#triedAt;
  }

  has(subscription: Subscription): boolean {
    return this.#runs.has(subscription);
  }

  hasSpokenTo(subscription: Subscription): boolean {
    return this.#runs.get(subscription)?.spoken ?? false;
  }

  /** Watches the subscription, which the exchange has refused elsewhere so many times in a row. */
  add(subscription: Subscription, refusals = 0): void {
    const run: Run = { abort: new AbortController(), asked: false, spoken: false, refusals };
    this.#runs.set(subscription, run);
    void this.#run(subscription, run);
  }

  /** Ends one subscription. Resolves with false where ccxt cannot end it, or the exchange did not confirm. */
  async remove(subscription: Subscription): Promise<boolean> {
    const run = this.#runs.get(subscription);
    this.#runs.delete(subscription);
    run?.abort.abort();
    if (!run?.asked || !this.#instance || this.#closed || this.#runs.size === 0) return true;
    const leaving = this.#leave(subscription, this.#instance);
    this.#leaving.set(subscription.key, leaving);
    const done = await leaving;
    if (this.#leaving.get(subscription.key) === leaving) this.#leaving.delete(subscription.key);
    return done;
  }

  /** Forgets a subscription of which the exchange knows nothing. */
  drop(subscription: Subscription): void {
    this.#runs.get(subscription)?.abort.abort();
    this.#runs.delete(subscription);
  }

  /** Lets it go on until it is closed, but not dial again: `isServed` tells whom another connection serves by then. */
  retire(isServed: (subscription: Subscription) => boolean): void {
    this.#isServedElsewhere = isServed;
  }

  /** Ends all of it, sockets too. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#end.abort();
    for (const { abort } of this.#runs.values()) abort.abort();
    this.#runs.clear();
    const instance = this.#instance;
    this.#instance = null;
    await instance?.then((opened) => opened.close()).catch(this.#options.onError);
  }

  async #run(subscription: Subscription, run: Run): Promise<void> {
    const { clock } = this.#options;
    const { signal } = run.abort;
    let renewed = false;
    while (!signal.aborted) {
      try {
        await this.#leaving.get(subscription.key);
        const instance = await this.#open();
        await instance.refreshMarkets();
        run.asked = true;
        while (!signal.aborted) {
          const deliver = await subscription.nextFrom(instance.exchange);
          if (signal.aborted) return;
          run.refusals = 0;
          renewed = false;
          deliver();
          this.#noteSpoken(run);
        }
      } catch (error) {
        if (signal.aborted) return;
        // Somebody ended this channel a moment ago, and it was wanted again before the exchange had confirmed.
        if (error instanceof ccxtErrors.UnsubscribeError && !renewed) {
          renewed = true;
          continue;
        }
        this.#options.onError(error);
        if (!this.#isServedElsewhere?.(subscription)) subscription.interrupt(error);
        if (this.#isServedElsewhere) return;
        if (isOutage(error)) await this.#pauseAll();
        else {
          const pauseMs = backoffMs(firstRefusalMs, run.refusals, longestRefusalMs, this.#options.random);
          await sleep(clock, pauseMs, signal);
          if (!signal.aborted) this.#events.onRefused(subscription, run.refusals + 1);
        }
      }
    }
  }

  async #leave(subscription: Subscription, opening: Promise<StreamInstance>): Promise<boolean> {
    const { clock, timeoutMs, onError } = this.#options;
    try {
      const ended = subscription.endAt((await opening).exchange);
      if (!ended) return false;
      await withDeadline(clock, timeoutMs, ended, () => new Error('not confirmed'));
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  }

  #noteSpoken(run: Run): void {
    if (run.spoken) return;
    run.spoken = true;
    if ([...this.#runs.values()].every(({ spoken }) => spoken)) this.#events.onSpoken();
  }

  #open(): Promise<StreamInstance> {
    if (!this.#instance) {
      const opening = this.#options.openInstance();
      this.#instance = opening;
      opening.catch(() => {
        if (this.#instance === opening) this.#instance = null;
      });
    }
    return this.#instance;
  }

  /** One pause for all that dropped together, so that they come back together over one socket. */
  #pauseAll(): Promise<void> {
    if (!this.#pause) {
      const { clock, random } = this.#options;
      const now = clock.now();
      this.#failures = now - this.#lastFailureAt > calmMs ? 0 : this.#failures + 1;
      this.#lastFailureAt = now;
      const pauseMs = backoffMs(firstPauseMs, this.#failures, longestPauseMs, random);
      this.#pause = sleep(clock, pauseMs, this.#end.signal).then(() => {
        this.#pause = null;
        this.#triedAt = clock.now();
        this.#lastFailureAt = this.#triedAt;
      });
    }
    return this.#pause;
  }
}

/** True when the connection failed, false when the exchange refused this one subscription. */
function isOutage(error: unknown): boolean {
  return !(error instanceof ccxtErrors.ExchangeError);
}
