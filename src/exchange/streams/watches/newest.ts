interface Timed {
  readonly timestamp?: number | undefined;
}

/**
 * The value of a symbol that ccxt keeps, unless the returned one is newer. A watch call returns the first message that
 * comes. If two come in one packet, nobody waits for the second, which ccxt only keeps: without this, it would be missing
 * until the next message.
 */
export function newestOf<T extends Timed>(
  kept: Readonly<Record<string, T>> | undefined,
  symbol: string,
  returned: T,
): T {
  const known = kept && Object.hasOwn(kept, symbol) ? kept[symbol] : undefined;
  return known && (known.timestamp ?? Infinity) >= (returned.timestamp ?? 0) ? known : returned;
}
