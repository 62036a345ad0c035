/**
 * A value, and for how long it may be given again without asking anew. Every fetch of the market data port resolves with
 * this shape, and caches, live feeds and kept responses all read it.
 */
export interface Fresh<V> {
  readonly value: V;
  /**
   * Until when asking again would bring the same value, epoch ms. Infinity if no time ends it. 0 if nobody knows: only a
   * cache that decides by its own rule may keep the value then.
   */
  readonly freshUntil: number;
  /**
   * False once the value has changed before `freshUntil`. Left out if that cannot happen. Several values of one call may
   * share one function, which is false once any of them has changed.
   */
  readonly isCurrent?: () => boolean;
}

/** A value of which nobody knows how long it is fresh, such as the answer of an exchange. */
export function ofUnknownFreshness<V>(value: V): Fresh<V> {
  return { value, freshUntil: 0 };
}
