import { createHash } from 'node:crypto';
import type { Expiry } from '../../graphql/execution/freshness.ts';

/** From this size on, in bytes, sending a buffer is cheaper than sending a string. */
const largeBytes = 8192;

/** How an answer counts in metrics. */
export interface Outcome {
  /** The label of the operation: see `toOperationLabel`. */
  readonly operation: string;
  /** `ok`, or the code of the first error in it. */
  readonly code: string;
}

/**
 * A JSON text: as a whole, or in pieces. Pieces are parts of texts that other answers share, so that an answer of thousands
 * of candles is sent without being copied.
 */
export type AnswerBody = string | Buffer | readonly Uint8Array[];

/** The answer to an operation: a JSON text, ready to be sent over any protocol. */
export class Answer {
  readonly body: AnswerBody;
  /** The length of the body in UTF-8. */
  readonly byteLength: number;
  /** Null if it must not be kept. */
  readonly expiry: Expiry | null;
  /** The cost of the operation, charged each time that the answer is given. */
  readonly cost: number;
  readonly outcome: Outcome;
  #digest: string | null = null;

  constructor(body: AnswerBody, expiry: Expiry | null, cost: number, outcome: Outcome) {
    this.body = body;
    this.byteLength = lengthOf(body);
    this.expiry = expiry;
    this.cost = cost;
    this.outcome = outcome;
  }

  /** Equal for equal bytes. Computed at the first use. */
  get digest(): string {
    if (this.#digest === null) {
      const hash = createHash('sha1');
      for (const piece of isInPieces(this.body) ? this.body : [this.body]) hash.update(piece);
      this.#digest = hash.digest('base64url');
    }
    return this.#digest;
  }

  /** For plain ASCII, both encodings give the same bytes, and Latin 1 is faster. */
  get encoding(): 'latin1' | 'utf8' {
    return this.byteLength === this.body.length ? 'latin1' : 'utf8';
  }

  /** The approximate memory that the body takes. */
  get memoryBytes(): number {
    const { body, byteLength } = this;
    // A string takes one byte per character, or two if it contains any character outside Latin 1.
    return typeof body !== 'string' || byteLength === body.length ? byteLength : 2 * body.length;
  }

  /** The same answer in a form that is cheap to send many times. */
  toRepeated(): Answer {
    const { body, byteLength } = this;
    if (isInPieces(body)) return this.#withBody(copy(body, byteLength));
    if (typeof body !== 'string' || byteLength < largeBytes) return this;
    // Not from Node's buffer pool: the buffer would keep the whole slab of the pool in memory.
    const buffer = Buffer.allocUnsafeSlow(byteLength);
    buffer.write(body, this.encoding);
    return this.#withBody(buffer);
  }

  #withBody(body: Buffer): Answer {
    return new Answer(body, this.expiry, this.cost, this.outcome);
  }
}

export function isInPieces(body: AnswerBody): body is readonly Uint8Array[] {
  return Array.isArray(body);
}

export function lengthOf(body: AnswerBody): number {
  return isInPieces(body) ? body.reduce((sum, { length }) => sum + length, 0) : Buffer.byteLength(body);
}

function copy(pieces: readonly Uint8Array[], byteLength: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(byteLength);
  let at = 0;
  for (const piece of pieces) {
    buffer.set(piece, at);
    at += piece.length;
  }
  return buffer;
}
