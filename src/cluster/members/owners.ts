/** Who calls an exchange. The fencing number of each owner of an exchange is higher than those of all owners before it. */
export type Owner =
  /** This instance, and no other. */
  | { readonly kind: 'self'; readonly fence: number }
  | { readonly kind: 'other'; readonly instance: string; readonly fence: number }
  /** Nobody yet, or nobody any longer. `find` makes an instance the owner. */
  | { readonly kind: 'none' }
  /** Redis cannot be reached: this instance calls the exchange itself, and others may do so too. */
  | { readonly kind: 'alone' };

/** Why the owner of an exchange has changed. */
export interface OwnerChange {
  readonly exchange: string;
  readonly owner: Owner;
  readonly previous: Owner;
  /** True if the previous owner has handed the exchange over, so that its values are up to date until the new one sends. */
  readonly isHandover: boolean;
}

/** Knows which instance owns each exchange. All live instances agree on that, except for a moment after a change. */
export interface Owners {
  /** The name of this instance. No other instance has it, not even the same server after a restart. */
  readonly instance: string;
  /** The owner as far as it is known. Checks the lease with each call: after a pause, this instance owns nothing. */
  ownerOf(exchange: string): Owner;
  /**
   * The owner. If there is none, makes the instance the owner that should be it. Resolves with `none` if that takes
   * longer than `timeoutMs`. Never rejects.
   */
  find(exchange: string, timeoutMs: number): Promise<Owner>;
  /**
   * Called with the instance and fencing number of a message about an exchange. False if the message must be dropped,
   * because it comes from a former owner.
   */
  hear(exchange: string, instance: string, fence: number): boolean;
  /** Called when a message has reached nobody although it was sent to this instance. */
  onUnreachable(instance: string): void;
  /** Calls `onChange` after each change of an owner. */
  onChange(onChange: (change: OwnerChange) => void): () => void;
}
