import { MarketDataError } from '../../market/errors.ts';
import type { Fresh } from '../../market/model/fresh.ts';
import { type AnswerCodec, toPieces } from './answer-codec.ts';
import { errorCodec } from './errors.ts';
import { type Codec, readNullable, readNumber, readRow, readText, writeNumber } from './fields.ts';

/** A result for each symbol: a value, or the error that says why it is missing. */
export type Results<V> = ReadonlyMap<string, Fresh<V> | MarketDataError>;

/**
 * A value and until when it is fresh, by the shared clock. A value that is fresh until the owner has another one is read
 * as one of unknown freshness, because readers cannot see when that happens.
 */
export function freshOf<V>({ write, read }: Codec<V>): Codec<Fresh<V>> {
  return {
    write: ({ value, freshUntil }, time) => {
      const isKnown = freshUntil !== 0 && freshUntil !== Number.POSITIVE_INFINITY;
      return [isKnown ? writeNumber(time.toShared(freshUntil)) : null, write(value, time)];
    },
    read: (json, time) => {
      const [freshUntil, value] = readRow(json);
      const until = readNullable(freshUntil, readNumber);
      return { value: read(value, time), freshUntil: until === null ? 0 : time.toLocal(until) };
    },
  };
}

export function resultsOf<V>(codec: Codec<V>): AnswerCodec<Results<V>> {
  const fresh = freshOf(codec);
  return {
    write: (results, time) =>
      toPieces(results, ([symbol, result]) =>
        result instanceof MarketDataError
          ? [symbol, null, errorCodec.write(result, time)]
          : [symbol, fresh.write(result, time)],
      ),
    read: async (pieces, time) => {
      const results = new Map<string, Fresh<V> | MarketDataError>();
      for await (const piece of pieces) {
        for (const row of readRow(piece)) {
          const [symbol, value, error] = readRow(row);
          results.set(readText(symbol), value === null ? errorCodec.read(error, time) : fresh.read(value, time));
        }
      }
      return results;
    },
  };
}
