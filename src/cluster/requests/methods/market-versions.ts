import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { Fresh } from '../../../market/model/fresh.ts';
import type { Markets } from '../../../market/model/market.ts';
import { type MarketList, missingKinds } from '../../wire/markets.ts';

/** How long a list that lacks markets is fresh, in ms: the exchange is asked for them again soon. */
const incompleteFreshMs = 5000;

/**
 * Names the lists of markets that this instance has. A list has hundreds of kilobytes and rarely changes, so an instance
 * that asks again says which one it has, and gets the new one only if there is one.
 */
export class MarketVersions {
  readonly #clock: Clock;
  readonly #names = new WeakMap<Markets, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The answer to an instance that has the list with the version `known`, or none. */
  toList({ value: markets, freshUntil }: Fresh<Markets>, known: string | null): MarketList {
    const now = this.#clock.now();
    if (missingKinds(markets).size > 0) {
      // Why they are missing changes with time, so the list is always sent.
      return { version: null, freshUntil: Math.min(freshUntil, now + incompleteFreshMs), markets };
    }
    const version = this.#nameOf(markets);
    return { version, freshUntil, markets: version === known ? null : markets };
  }

  #nameOf(markets: Markets): string {
    const name = this.#names.get(markets) ?? randomUUID();
    this.#names.set(markets, name);
    return name;
  }
}
