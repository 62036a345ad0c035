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

/** The answer to an operation: a JSON text, ready to be sent over any protocol. */
export class Answer {
  readonly body: string | Buffer;
  /** The length of the body in UTF-8. */
  readonly byteLength: number;
  /** Null if it must not be kept. */
  readonly expiry: Expiry | null;
  /** The cost of the operation, charged each time that the answer is given. */
  readonly cost: number;
  readonly outcome: Outcome;
  #digest: string | null = null;

  constructor(body: string | Buffer, expiry: Expiry | null, cost: number, outcome: Outcome) {
    this.body = body;
    this.byteLength = Buffer.byteLength(body);
    this.expiry = expiry;
    this.cost = cost;
    this.outcome = outcome;
  }

  /** Equal for equal bytes. Computed at the first use. */
  get digest(): string {
    this.#digest ??= createHash('sha1').update(this.body).digest('base64url');
    return this.#digest;
  }

  /** For plain ASCII, both encodings give the same bytes, and Latin 1 is faster. */
  get encoding(): 'latin1' | 'utf8' {
    return this.byteLength === this.body.length ? 'latin1' : 'utf8';
  }

  /** The same answer in a form that is cheap to send many times. */
  toRepeated(): Answer {
    const { body, byteLength } = this;
    if (typeof body !== 'string' || byteLength < largeBytes) return this;
    // Not from Node's buffer pool: the buffer would keep the whole slab of the pool in memory.
    const buffer = Buffer.allocUnsafeSlow(byteLength);
    buffer.write(body, this.encoding);
    return new Answer(buffer, this.expiry, this.cost, this.outcome);
  }
}
