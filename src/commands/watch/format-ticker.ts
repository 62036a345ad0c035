import { ageOf } from '../../base/age.ts';
import { toPlainText } from '../terminal/plain-text.ts';
import { padToWidth, widthOf } from '../terminal/text-width.ts';
import type { WatchedTicker } from './watched-ticker.ts';

const price = new Intl.NumberFormat('en-US', { maximumFractionDigits: 20 });

const percentage = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: 'always',
});

const missing = '-';

/** The parts of a line about one market. Its age is that of the exchange's own time, where it sends one. */
export function toCells(exchange: string, ticker: WatchedTicker, now: number): readonly string[] {
  const { symbol, last, bid, ask, timestamp, receivedAt, source, stale } = ticker;
  return [
    exchange,
    toPlainText(symbol),
    toPrice(last),
    ticker.percentage === null ? missing : `${percentage.format(ticker.percentage)}%`,
    `${toPrice(bid)} / ${toPrice(ask)}`,
    toAge(ageOf(timestamp ?? receivedAt, now)),
    source.toLowerCase(),
    ...(stale ? ['STALE'] : []),
    ...(ticker.exchange.simulated ? ['made up'] : []),
  ];
}

/** Lines in which equal parts stand under each other. The last part of a line is not padded. */
export function alignCells(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>((known, row) => {
    const longer = row.length > known.length ? row : known;
    return longer.map((_, column) => Math.max(known[column] ?? 0, widthOf(row[column] ?? '')));
  }, []);
  return rows.map((row) =>
    row
      .map((cell, column) => padToWidth(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export function toAge(ageMs: number): string {
  if (!Number.isFinite(ageMs)) return 'age unknown';
  const seconds = ageMs / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

function toPrice(value: number | null): string {
  return value === null ? missing : price.format(value);
}
