/**
 * A value, and how long it can be used again without another request. Every fetch of the market data port resolves with
 * this shape, and caches, live feeds and kept responses all read it.
 */
export interface Fresh<V> {
  readonly value: V;
  /**
   * Until when another request would bring the same value, epoch ms. Infinity if it does not expire at a fixed time. 0 if
   * that is unknown: then only a cache with a rule for such values may keep the value.
   */
  readonly freshUntil: number;
  /**
   * Returns false once the value has changed before `freshUntil`. Omitted if that cannot happen. Several values of one
   * call may share one function, which returns false once any of them has changed.
   */
  readonly isCurrent?: () => boolean;
}

/** A value whose freshness is unknown, such as the answer of an exchange. */
export function ofUnknownFreshness<V>(value: V): Fresh<V> {
  return { value, freshUntil: 0 };
}
