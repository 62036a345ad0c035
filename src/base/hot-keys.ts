import { LRUCache } from 'lru-cache';
import { CallTimes } from './call-times.ts';
import type { Clock } from './clock.ts';

/** The use of one key. */
interface Use {
  /** When its last value that expired did so, epoch ms. */
  readonly freshUntil: number;
  /** How many values in a row were asked for again soon after they expired. */
  readonly promptCount: number;
}

export interface HotKeysOptions {
  readonly clock: Clock;
  /** How many keys are remembered; 10,000 by default. One takes about 200 bytes. */
  readonly maxKeys?: number;
}

/** A key is hot once this many values in a row were asked for again soon after they had expired. */
const hotFrom = 3;

/**
 * Decides which expired values still answer while a call renews them. Without it, clients that ask again and again for
 * the same value all wait each time that it expires, for as long as a call takes.
 *
 * The caches renew a value when it is asked for after it has expired, and never without a request. So the exchange sees
 * the same calls as if every request waited: a crawler causes no other calls, and calls end when nobody asks any longer.
 * What this class adds is who waits:
 *
 * - A key that is asked for rarely, or for the first time: every request waits, and gets a new value.
 * - A hot key, whose values were asked for again soon after they expired, several times in a row: the old value answers
 *   while it is being renewed, and no request waits.
 * - A hot key whose renewal is late (see CallTimes): requests wait again, because the exchange may hang, and an old price
 *   must not pass for a new one. So no value answers for longer than its time to live plus the time after which a call is
 *   late.
 * - A key whose renewal has failed is no longer hot.
 *
 * Keys are grouped in scopes, whose calls take similar times, such as an exchange and a kind of market.
 */
export class HotKeys {
  readonly #clock: Clock;
  readonly #uses: LRUCache<string, Use>;
  readonly #times = new Map<string, CallTimes>();

  constructor({ clock, maxKeys = 10_000 }: HotKeysOptions) {
    this.#clock = clock;
    this.#uses = new LRUCache({ max: maxKeys });
  }

  /**
   * Called for each request that finds an expired value. Returns until when the value answers while it is being renewed,
   * epoch ms; null if the request must wait for the new value.
   */
  onExpired(key: string, scope: string, freshUntil: number): number | null {
    const now = this.#clock.now();
    const until = freshUntil + this.#timesOf(scope).lateMs;
    const isPrompt = now >= freshUntil && now < until;
    const known = this.#uses.get(key);
    let promptCount = known?.promptCount ?? 0;
    if (known?.freshUntil !== freshUntil) {
      promptCount = isPrompt ? promptCount + 1 : 0;
      if (promptCount > 0) this.#uses.set(key, { freshUntil, promptCount });
      else this.#uses.delete(key);
    }
    return isPrompt && promptCount >= hotFrom ? until : null;
  }

  isHot(key: string): boolean {
    return (this.#uses.peek(key)?.promptCount ?? 0) >= hotFrom;
  }

  /** Called when a call has brought a value. */
  onCall(scope: string, durationMs: number): void {
    this.#timesOf(scope).add(durationMs);
  }

  /** Called when a value could not be renewed. */
  onFailure(key: string): void {
    this.#uses.delete(key);
  }

  #timesOf(scope: string): CallTimes {
    let times = this.#times.get(scope);
    if (!times) {
      times = new CallTimes();
      this.#times.set(scope, times);
    }
    return times;
  }
}
