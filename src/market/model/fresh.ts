/** How long a value can be used again without another request. */
export interface Validity {
  /**
   * Until when another request would bring the same value, epoch ms. Infinity if it does not expire at a fixed time. 0 if
   * that is unknown: then only a cache with a rule for such values may keep the value.
   */
  readonly freshUntil: number;
  /**
   * Set if `freshUntil` has passed and the value is being renewed: until when it can be used again meanwhile, epoch ms.
   * `isCurrent` returns false once the renewal has ended.
   */
  readonly reusableUntil?: number;
  /**
   * Returns false once the value has changed before `freshUntil`. Omitted if that cannot happen. Several values of one
   * call may share one function, which returns false once any of them has changed.
   */
  readonly isCurrent?: () => boolean;
}

/**
 * A value, and how long it can be used again without another request. Every fetch of the market data port resolves with
 * this shape, and caches, live feeds and kept responses all read it.
 */
export interface Fresh<V> extends Validity {
  readonly value: V;
}

/** A value whose freshness is unknown, such as the answer of an exchange. */
export function ofUnknownFreshness<V>(value: V): Fresh<V> {
  return { value, freshUntil: 0 };
}

/** Until when a value can be used again if it stays current, epoch ms. */
export function reusableUntilOf({ freshUntil, reusableUntil = freshUntil }: Validity): number {
  return reusableUntil;
}

/** The validity of something that is made from two values: it ends with the first of them. */
export function bothValid(a: Validity, b: Validity): Validity {
  const isRenewed = a.reusableUntil !== undefined || b.reusableUntil !== undefined;
  const [first, second] = [a.isCurrent, b.isCurrent];
  const isCurrent = first && second && first !== second ? () => first() && second() : (first ?? second);
  return {
    freshUntil: Math.min(a.freshUntil, b.freshUntil),
    ...(isRenewed ? { reusableUntil: Math.min(reusableUntilOf(a), reusableUntilOf(b)) } : {}),
    ...(isCurrent ? { isCurrent } : {}),
  };
}
