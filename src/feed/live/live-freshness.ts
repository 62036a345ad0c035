import type { OnFresh } from '../../market/ports/market-data.ts';
import type { LiveValue } from './live-value.ts';

type Find = () => LiveValue<object> | null;

/**
 * How long one answer is fresh that comes from the feed, from a call, or partly from each: what is live until the feed
 * knows another value, what was fetched until its cache says, or until the feed knows more of it than it did.
 */
export class LiveFreshness {
  readonly #onFresh: OnFresh | undefined;
  readonly #checks: (() => boolean)[] = [];
  #isLive = false;
  /** Null while nothing is fetched. */
  #fetchedUntil: number | null = null;

  /** `onFresh` is who wants to know, if anybody. */
  constructor(onFresh: OnFresh | undefined) {
    this.#onFresh = onFresh;
  }

  /** Hears from whoever fetches. */
  readonly ofFetched: OnFresh = (until, isCurrent) => {
    this.#fetchedUntil = Math.min(until, this.#fetchedUntil ?? until);
    if (isCurrent) this.#checks.push(isCurrent);
  };

  /** Adds what the feed keeps up to date and `find` finds there now. */
  addLive(find: Find): void {
    if (!this.#onFresh) return;
    const value = find()?.value;
    this.#isLive = true;
    this.#checks.push(() => {
      const live = find();
      return live?.value === value && live?.isCurrent === true;
    });
  }

  /** Adds what a call has brought of something that `find` may find in the feed. */
  addFetched(find: Find): void {
    if (!this.#onFresh) return;
    this.#fetchedUntil ??= 0;
    const known = find()?.value;
    this.#checks.push(() => find()?.value === known);
  }

  /** Tells, once all is added. What is live may end at any moment: it has no time of its own. */
  tell(): void {
    if (!this.#onFresh) return;
    const checks = this.#checks;
    const isCurrent = (): boolean => checks.every((check) => check());
    if (this.#isLive) this.#onFresh(Number.POSITIVE_INFINITY, isCurrent);
    if (this.#fetchedUntil !== null) this.#onFresh(this.#fetchedUntil, isCurrent);
  }
}
