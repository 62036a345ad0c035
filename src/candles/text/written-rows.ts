import type { CandleText } from '../../market/model/candle-text.ts';

/** Rows of JSON in one piece of ASCII. A comma follows each row, so that rows can be cut out and put together again. */
export class WrittenRows {
  readonly bytes: Uint8Array;
  /** Where each row ends, after its comma. */
  readonly #ends: Uint32Array;

  constructor(rows: readonly string[]) {
    this.#ends = new Uint32Array(rows.length);
    let text = '';
    for (const [index, row] of rows.entries()) {
      text += `${row},`;
      this.#ends[index] = text.length;
    }
    // Not from Node's buffer pool: rows that are kept would keep a whole slab of the pool in memory.
    const bytes = Buffer.allocUnsafeSlow(text.length);
    bytes.write(text, 'latin1');
    this.bytes = bytes;
  }

  get memoryBytes(): number {
    return this.bytes.byteLength + this.#ends.byteLength;
  }

  /** The rows from `begin` to before `end`. */
  slice(begin: number, end: number): Uint8Array {
    return this.bytes.subarray(this.#ends[begin - 1] ?? 0, this.#ends[end - 1] ?? 0);
  }
}

/** Puts pieces together, none of them empty, and leaves out the comma after the last row. */
export function toCandleText(pieces: readonly Uint8Array[]): CandleText {
  const last = pieces.at(-1);
  return { chunks: last ? [...pieces.slice(0, -1), last.subarray(0, -1)] : [] };
}
