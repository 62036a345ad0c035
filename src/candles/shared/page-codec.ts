import { createHash } from 'node:crypto';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Candle } from '../../market/model/candle.ts';

/** All candles that begin within `[since, until)`. They no longer change. All instants are epoch ms. */
export interface SettledPage {
  readonly since: number;
  readonly until: number;
  readonly candles: readonly Candle[];
  /** The first candle after the page, if it is known. */
  readonly next: number | null;
}

/** Other versions are other keys, and their pages are never read. */
export const layoutVersion = 1;

const digestBytes = 8;
const prefixBytes = 1 + digestBytes;
const numberBytes = 8;

/** since, until, next, the number of candles, and the distance of their times; 0 if it varies, and then all times follow. */
const headNumbers = 5;

/** Far more than a page has. Bytes that claim to have more candles are not of this server. */
const maxCandles = 10_000;
const maxBodyBytes = numberBytes * (headNumbers + 6 * maxCandles);

/**
 * A page as bytes: the version of the layout, a digest, and numbers, which are compressed. They are 64-bit, so that no
 * price changes: first the head, then the times, then open, high, low, close and volume, each as a column. Of 100 candles
 * of BTC/USDT, which take 4 kB, 2 kB remain, because a candle often begins where the one before ended. That takes 0.1 ms.
 */
export function encodePage({ since, until, candles, next }: SettledPage): Buffer {
  const times = candles.map(({ timestamp }) => timestamp);
  const step = stepOf(times);
  const numbers = [since, until, next ?? Number.NaN, candles.length, step, ...(step > 0 ? times.slice(0, 1) : times)];
  for (const column of ['open', 'high', 'low', 'close', 'volume'] as const) {
    for (const candle of candles) numbers.push(candle[column]);
  }
  const body = Buffer.alloc(numbers.length * numberBytes);
  for (const [index, number] of numbers.entries()) body.writeDoubleLE(number, index * numberBytes);
  const packed = deflateRawSync(body, { level: constants.Z_BEST_SPEED });
  return Buffer.concat([Buffer.of(layoutVersion), digestOf(packed), packed]);
}

/** The page of these bytes; null if they are of another page, of another layout, or damaged. */
export function decodePage(bytes: Buffer, since: number, until: number): SettledPage | null {
  const packed = bytes.subarray(prefixBytes);
  if (bytes[0] !== layoutVersion || !digestOf(packed).equals(bytes.subarray(1, prefixBytes))) return null;
  const numbers = toNumbers(packed);
  const [foundSince, foundUntil, next = Number.NaN, length = -1, step = 0] = numbers;
  if (foundSince !== since || foundUntil !== until || !Number.isInteger(length) || length < 0) return null;
  const timeCount = step > 0 ? Math.min(1, length) : length;
  if (numbers.length !== headNumbers + timeCount + 5 * length) return null;
  const at = (column: number, row: number): number => numbers[headNumbers + timeCount + column * length + row] ?? 0;
  const candles = Array.from({ length }, (_, row): Candle => {
    const timestamp = numbers[headNumbers + (step > 0 ? 0 : row)] ?? 0;
    return {
      timestamp: step > 0 ? timestamp + row * step : timestamp,
      open: at(0, row),
      high: at(1, row),
      low: at(2, row),
      close: at(3, row),
      volume: at(4, row),
      closed: true,
    };
  });
  return areInOrder(candles, since, until) ? { since, until, candles, next: Number.isNaN(next) ? null : next } : null;
}

function toNumbers(packed: Buffer): readonly number[] {
  try {
    const body = inflateRawSync(packed, { maxOutputLength: maxBodyBytes });
    return Array.from({ length: Math.floor(body.length / numberBytes) }, (_, i) => body.readDoubleLE(i * numberBytes));
  } catch {
    return [];
  }
}

/** The distance of all times that follow each other; 0 if it varies. */
function stepOf(times: readonly number[]): number {
  const [first = 0, second = 0] = times;
  const step = second - first;
  return times.length > 1 && times.every((time, row) => time === first + row * step) ? step : 0;
}

function areInOrder(candles: readonly Candle[], since: number, until: number): boolean {
  return candles.every(({ timestamp }, row) => {
    const earliest = candles[row - 1]?.timestamp ?? since - 1;
    return timestamp > earliest && timestamp < until;
  });
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, digestBytes);
}
