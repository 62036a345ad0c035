/** `[timestamp, open, high, low, close, volume]` */
export type CandleRow = readonly [timestamp: number, ...values: number[]];

const columns = ['timestamp', 'datetime', 'open', 'high', 'low', 'close', 'volume'];

/** RFC 4180. */
const lineEnd = '\r\n';

export const csvHeader = `${columns.join(',')}${lineEnd}`;

/** Candles as lines of CSV. All cells are numbers and times, so nothing needs quotes, and nothing is a formula. */
export function toCsvLines(rows: readonly CandleRow[]): string {
  return rows
    .map(
      ([timestamp, ...values]) =>
        `${timestamp},${new Date(timestamp).toISOString()},${values.map(toCell).join(',')}${lineEnd}`,
    )
    .join('');
}

/** A number without an exponent, which not every program that reads CSV knows; all its digits remain. */
function toCell(value: number): string {
  const text = String(value);
  const [, sign = '', whole = '', fraction = '', exponent = ''] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (exponent === '') return text;
  const digits = `${whole}${fraction}`;
  const shift = Number(exponent);
  return shift < 0 ? `${sign}0.${'0'.repeat(-shift - 1)}${digits}` : `${sign}${digits.padEnd(shift + 1, '0')}`;
}

/** The last line of a file that ends too early because of an error with this code. */
export function toIncompleteLine(code: string): string {
  return `INCOMPLETE,${code}${','.repeat(columns.length - 2)}${lineEnd}`;
}

/** A name for a file with these candles, of characters that every file system and header accepts. */
export function toFileName(parts: readonly unknown[]): string {
  const words = parts.filter((part) => typeof part === 'string').map((part) => part.replaceAll(/[^\w.]+/g, '-'));
  return `${words.join('-')}.csv`;
}
