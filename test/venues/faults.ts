import type { Nonsense } from './nonsense.ts';

/** Matches a request by its target, `path?query` decoded; without a pattern, every request matches. */
interface FaultScope {
  readonly match?: RegExp;
  /** How many requests it affects before it is removed; without it, all requests until `heal()`. */
  readonly times?: number;
}

/**
 * The faults of an answer.
 * - `status`: this HTTP status, with the exchange's own body for it unless one is given (objects are sent as JSON).
 * - `raw`: HTTP 200 with this text, sent as JSON whatever it is.
 * - `packed`: HTTP 200 with these bytes and this content-encoding.
 * - `numbers`: HTTP 200, the healthy answer with invalid numbers.
 * - `wrong-type`: the healthy answer with the content type of an image.
 * - `hang`: the request is read, and nothing is ever sent.
 * - `hang-body`: headers and half the JSON, then silence.
 * - `drip`: headers, then one byte of the healthy answer now and then.
 * - `cut`: the socket is destroyed before the headers.
 * - `reset`: the same with a TCP reset.
 * - `cut-body`: headers and half the JSON, then the socket is destroyed.
 * - `cut-gzip`: the same with a gzipped body.
 * - `garbage`: HTTP 200 with an HTML page.
 * - `truncated`: HTTP 200 with half the JSON, complete according to its content-length.
 * - `truncated-gzip`: the same with half of a gzipped body.
 * - `bad-gzip`: HTTP 200, content-encoding gzip, bytes that are not gzip.
 * - `huge`: HTTP 200 with an endless body.
 * - `bomb`: the same gzipped: a few kB become hundreds of MB.
 * - `empty`: HTTP 200 without a body.
 */
export type Fault = FaultScope &
  (
    | {
        readonly kind: 'status';
        readonly status: number;
        readonly headers?: Readonly<Record<string, string>>;
        readonly body?: unknown;
      }
    | { readonly kind: 'raw'; readonly text: string }
    | { readonly kind: 'packed'; readonly encoding: string; readonly bytes: Uint8Array }
    | { readonly kind: 'numbers'; readonly as: Nonsense }
    | {
        readonly kind:
          | 'wrong-type'
          | 'hang'
          | 'hang-body'
          | 'drip'
          | 'cut'
          | 'reset'
          | 'cut-body'
          | 'cut-gzip'
          | 'garbage'
          | 'truncated'
          | 'truncated-gzip'
          | 'bad-gzip'
          | 'huge'
          | 'bomb'
          | 'empty';
      }
  );

/** The active faults. The newest one that matches a request applies. */
export class Faults {
  #active: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#active.unshift({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#active = [];
  }

  /** The fault that applies to this request, if any; counts it as used. */
  take(target: string): Fault | null {
    const entry = this.#active.find(({ fault }) => fault.match === undefined || target.search(fault.match) !== -1);
    if (entry === undefined) return null;
    entry.left -= 1;
    if (entry.left <= 0) this.#active = this.#active.filter((other) => other !== entry);
    return entry.fault;
  }
}
