const decimal = /^\d+$/;

/** The last part of the id of a trade, which distinguishes it from the others of its market; '' if it has none. */
export function toTradeKey(id: unknown): string {
  return typeof id === 'string' ? id.slice(id.lastIndexOf(':') + 1) : '';
}

/**
 * The keys that say which trades of one millisecond a client has: all, or only the greatest one if the exchange counts
 * its trades, because then a client that has it has the smaller ones too.
 */
export function toNewestKeys(keys: readonly string[]): readonly string[] {
  if (!keys.every((key) => decimal.test(key))) return keys;
  return keys
    .slice(0, 1)
    .map((first) => keys.reduce((newest, key) => (BigInt(key) > BigInt(newest) ? key : newest), first));
}

/**
 * True if a client with these keys has the trade. Not decided by the order of the trades: answers to calls and streams
 * can have the trades of one millisecond in different orders, because ccxt sorts answers by the text of their ids.
 */
export function hasTrade(keys: readonly string[], key: string): boolean {
  if (keys.includes(key)) return true;
  return decimal.test(key) && keys.some((known) => decimal.test(known) && BigInt(key) <= BigInt(known));
}
