import type { SharedTime } from '../members/shared-time.ts';
import { type Codec, type Json, MalformedMessage } from './fields.ts';

/**
 * How answers of one type are written and read. An answer consists of pieces that are written and read one at a time, so
 * that thousands of tickers do not block the event loop.
 */
export interface AnswerCodec<T> {
  write(value: T, time: SharedTime): Iterable<Json>;
  /** Throws MalformedMessage. */
  read(pieces: AsyncIterable<unknown>, time: SharedTime): Promise<T>;
}

/** An answer in one piece. */
export function inOnePiece<T>({ write, read }: Codec<T>): AnswerCodec<T> {
  return {
    write: (value, time) => [write(value, time)],
    read: async (pieces, time) => {
      for await (const piece of pieces) return read(piece, time);
      throw new MalformedMessage('answer');
    },
  };
}

/** About 0.2 ms of work. */
const rowsPerPiece = 50;

/** Rows in pieces. */
export function* toPieces<T>(values: Iterable<T>, write: (value: T) => Json): Iterable<Json> {
  let rows: Json[] = [];
  for (const value of values) {
    rows.push(write(value));
    if (rows.length < rowsPerPiece) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}
