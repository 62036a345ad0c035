import { randomUUID } from 'node:crypto';
import { type ExecutionResult, type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { CandleFormat, CandleText } from '../../market/model/candle-text.ts';
import type { CandleFormats } from './candle-formats.ts';

/**
 * Lists that may have more text than this in one operation are left to the executor. Names in the answer can be long, so
 * that ten thousand rows can be gigabytes.
 */
const maxBytes = 32 * 1024 * 1024;

/** Not a name of GraphQL, so that it is no name in an answer. */
const firstMarker = 'text:';

/** An empty list of a result in whose place a text belongs. */
interface Place {
  readonly parent: object;
  readonly key: string | number;
  readonly text: CandleText;
}

/**
 * Lists of candles that go into the answer of one operation as text. Thousands of rows would otherwise become objects,
 * which the executor copies field by field and JSON.stringify reads once more.
 *
 * A resolver that has a text puts it here and returns an empty list, so that the executor has nothing to do for its rows.
 * JSON.stringify cannot take over text as it is. So a marker takes the place of each list while the rest of the answer is
 * written, and then each marker is replaced by its text. Data can hold anything, also a marker: then there are more
 * markers than texts, and a random one is tried.
 */
export class OperationTexts {
  readonly #formats: CandleFormats;
  readonly #texts: { readonly path: GraphQLResolveInfo['path']; readonly text: CandleText }[] = [];
  #bytes = 0;

  constructor(formats: CandleFormats) {
    this.#formats = formats;
  }

  /** The format of the field that is being resolved, which has up to `limit` rows; null if the executor must do it. */
  formatOf(info: GraphQLResolveInfo, limit: number): CandleFormat | null {
    const format = this.#formats.find(info);
    if (!format) return null;
    // A negative limit is refused only later.
    this.#bytes += Math.max(0, limit) * format.rowLength;
    return this.#bytes > maxBytes ? null : format;
  }

  /** Puts a text into the place of the list with this path. */
  put(path: GraphQLResolveInfo['path'], text: CandleText): void {
    this.#texts.push({ path, text });
  }

  /** Writes the result as JSON, in pieces if there are texts to put in their places. Changes the result. */
  write(result: ExecutionResult): string | readonly Uint8Array[] {
    if (this.#texts.length === 0) return JSON.stringify(result);
    const places = this.#texts.flatMap(({ path, text }) => findPlace(result.data, responsePathAsArray(path), text));
    for (let marker = firstMarker; ; marker = randomUUID()) {
      for (const [index, { parent, key }] of places.entries()) Reflect.set(parent, key, `${marker} ${index}`);
      const pieces = split(JSON.stringify(result), marker, places);
      if (pieces.length === 2 * places.length + 1) return join(pieces);
    }
  }
}

/** Cuts a JSON text at its markers: the text before the first one, what belongs there, the text after it, and so on. */
function split(json: string, marker: string, places: readonly Place[]): readonly (string | CandleText | null)[] {
  const pieces: (string | CandleText | null)[] = [];
  const opening = `"${marker} `;
  let from = 0;
  for (let at = json.indexOf(opening); at >= 0; at = json.indexOf(opening, from)) {
    const end = json.indexOf('"', at + opening.length);
    pieces.push(json.slice(from, at), places[Number(json.slice(at + opening.length, end))]?.text ?? null);
    from = end + 1;
  }
  pieces.push(json.slice(from));
  return pieces;
}

/** Where a path leads to; none if a list or object on the way is null because of an error. */
function findPlace(data: unknown, path: readonly (string | number)[], text: CandleText): readonly Place[] {
  const [key, ...rest] = path;
  if (typeof data !== 'object' || data === null || key === undefined) return [];
  const value: unknown = Reflect.get(data, key);
  if (rest.length > 0) return findPlace(value, rest, text);
  return value === null ? [] : [{ parent: data, key, text }];
}

function join(pieces: readonly (string | CandleText | null)[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  // What stands before and after a text includes its brackets.
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece === 'string') {
      chunks.push(Buffer.from(`${index === 0 ? '' : ']'}${piece}${index === pieces.length - 1 ? '' : '['}`));
    } else if (piece) chunks.push(...piece.chunks);
  }
  return chunks;
}
