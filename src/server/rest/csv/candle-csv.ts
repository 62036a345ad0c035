/** `[timestamp, open, high, low, close, volume]` */
export type CandleRow = readonly [timestamp: number, ...values: number[]];

const columns = ['timestamp', 'datetime', 'open', 'high', 'low', 'close', 'volume'];

/** RFC 4180. */
const lineEnd = '\r\n';

export const csvHeader = `${columns.join(',')}${lineEnd}`;

/** Candles as lines of CSV. All cells are numbers and times, so nothing needs quotes, and nothing is a formula. */
export function toCsvLines(rows: readonly CandleRow[]): string {
  return rows
    .map(([timestamp, ...values]) => `${timestamp},${new Date(timestamp).toISOString()},${values.join(',')}${lineEnd}`)
    .join('');
}

/** A name for a file with these candles, of characters that every file system and header accepts. */
export function toFileName(parts: readonly unknown[]): string {
  const words = parts.filter((part) => typeof part === 'string').map((part) => part.replaceAll(/[^\w.]+/g, '-'));
  return `${words.join('-')}.csv`;
}
