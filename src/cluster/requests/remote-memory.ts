import { LRUCache } from 'lru-cache';
import { ageOf } from '../../base/age.ts';
import type { Clock } from '../../base/clock.ts';
import type { Fresh } from '../../market/model/fresh.ts';

/** What an owner has declared to be fresh. */
export interface Remembered<V> {
  readonly value: V;
  /** Names the value, so that the owner need not send it again; null if it has no name. */
  readonly version: string | null;
  /** Epoch ms. */
  readonly freshUntil: number;
  /** True if the owner lacked a part that it may have by now. After its time, it answers only if it cannot be renewed. */
  readonly isPartial?: boolean;
}

interface Entry<V> extends Remembered<V> {
  /** When the owner answered, epoch ms. */
  readonly storedAt: number;
  /** From when on a query renews it, epoch ms. */
  readonly renewAt: number;
}

export interface RemoteMemoryOptions {
  readonly clock: Clock;
  readonly maxEntries: number;
}

/** For how long a value still answers while a new one is asked for, in ms. */
const maxOldMs = 600_000;

/** A value is renewed after half of its freshness, but not more or less often than this, in ms. */
const [minRenewMs, maxRenewMs] = [1000, 60_000];

/**
 * Remembers what hardly ever changes and is needed for nearly every query: the markets and timeframes of other instances'
 * exchanges. It is renewed in the background, from the middle of its freshness on, so that no query waits for it again:
 * not even while an exchange has no owner. Only a list that lacked a part is waited for, because its errors are old.
 */
export class RemoteMemory<V> {
  readonly #clock: Clock;
  readonly #entries: LRUCache<string, Entry<V>>;
  readonly #flights = new Map<string, Promise<Entry<V>>>();

  constructor({ clock, maxEntries }: RemoteMemoryOptions) {
    this.#clock = clock;
    this.#entries = new LRUCache({ max: maxEntries });
  }

  /** The value; `load` asks the owner. Rejects with its error. */
  async get(key: string, load: (known: Remembered<V> | null) => Promise<Remembered<V>>): Promise<Fresh<V>> {
    const entry = this.#entries.get(key);
    const now = this.#clock.now();
    if (!entry || ageOf(entry.storedAt, now) > maxOldMs) return this.#toFresh(key, await this.#renew(key, load));
    if (now < entry.renewAt) return this.#toFresh(key, entry);
    const renewal = this.#renew(key, load).catch(() => {
      const later = { ...entry, renewAt: this.#clock.now() + minRenewMs };
      if (this.#entries.peek(key) === entry) this.#entries.set(key, later);
      return later;
    });
    return this.#toFresh(key, entry.isPartial && now >= entry.freshUntil ? await renewal : entry);
  }

  /** The next query asks the owner. */
  forget(key: string): void {
    this.#entries.delete(key);
    this.#flights.delete(key);
  }

  #renew(key: string, load: (known: Remembered<V> | null) => Promise<Remembered<V>>): Promise<Entry<V>> {
    const known = this.#flights.get(key);
    if (known) return known;
    const fly = async (): Promise<Entry<V>> => {
      try {
        const remembered = await load(this.#entries.get(key) ?? null);
        const storedAt = this.#clock.now();
        const renewMs = Math.min(Math.max((remembered.freshUntil - storedAt) / 2, minRenewMs), maxRenewMs);
        const entry = { ...remembered, storedAt, renewAt: storedAt + renewMs };
        if (this.#flights.get(key) === flight) this.#entries.set(key, entry);
        return entry;
      } finally {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      }
    };
    const flight = fly();
    this.#flights.set(key, flight);
    return flight;
  }

  #toFresh(key: string, { value, freshUntil }: Entry<V>): Fresh<V> {
    return { value, freshUntil, isCurrent: () => this.#entries.peek(key)?.value === value };
  }
}
