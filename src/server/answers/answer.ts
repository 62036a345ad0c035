import { createHash } from 'node:crypto';
import type { Expiry } from '../../graphql/execution/freshness.ts';

/** From this size on, in bytes, a buffer saves more than it costs each time that it is sent. */
const largeBytes = 8192;

/** How an answer counts in metrics. */
export interface Outcome {
  /** Which operation it answers: see `toOperationLabel`. */
  readonly operation: string;
  /** `ok`, or the code of the first error in it. */
  readonly code: string;
}

/** The answer to an operation: a JSON text, ready to be sent over any protocol. */
export class Answer {
  readonly body: string | Buffer;
  /** Of the body in UTF-8. */
  readonly byteLength: number;
  /** Null if it must not be kept. */
  readonly expiry: Expiry | null;
  /** What its operation costs, each time that it is given. */
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

  /** The same for the same bytes. Computed when first wanted. */
  get digest(): string {
    this.#digest ??= createHash('sha1').update(this.body).digest('base64url');
    return this.#digest;
  }

  /** For plain ASCII both encodings are the same, and Latin 1 is faster. */
  get encoding(): 'latin1' | 'utf8' {
    return this.byteLength === this.body.length ? 'latin1' : 'utf8';
  }

  /** The same answer, to be sent again and again. */
  toRepeated(): Answer {
    const { body, byteLength } = this;
    if (typeof body !== 'string' || byteLength < largeBytes) return this;
    // Not from Node's pool, of which the buffer would keep more than its own bytes.
    const buffer = Buffer.allocUnsafeSlow(byteLength);
    buffer.write(body, this.encoding);
    return new Answer(buffer, this.expiry, this.cost, this.outcome);
  }
}
