import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** A request is hit when its target, `path?query` decoded, matches; all are when there is no pattern. */
interface FaultScope {
  readonly match?: RegExp;
  /** How many requests it hits before it goes away; all until `heal()` when absent. */
  readonly times?: number;
}

/**
 * What can go wrong with an answer.
 * - `status`: this HTTP status, with the exchange's own body for it unless one is given (objects go out as JSON).
 * - `hang`: the request is read, and nothing is ever sent.
 * - `hang-body`: headers and half the JSON, then silence.
 * - `cut`: the socket is destroyed before the headers.
 * - `cut-body`: headers and half the JSON, then the socket is destroyed.
 * - `cut-gzip`: the same with a gzipped body.
 * - `garbage`: HTTP 200 with an HTML page.
 * - `truncated`: HTTP 200, complete by its content-length, half the JSON.
 * - `bad-gzip`: HTTP 200, content-encoding gzip, bytes that are none.
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
    | {
        readonly kind:
          | 'hang'
          | 'hang-body'
          | 'cut'
          | 'cut-body'
          | 'cut-gzip'
          | 'garbage'
          | 'truncated'
          | 'bad-gzip'
          | 'empty';
      }
  );

/** The faults in force. The newest that matches a request wins. */
export class Faults {
  #active: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#active.unshift({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#active = [];
  }

  /** The fault that hits this request, if any; counts it as used. */
  take(target: string): Fault | null {
    const entry = this.#active.find(({ fault }) => fault.match === undefined || target.search(fault.match) !== -1);
    if (entry === undefined) return null;
    entry.left -= 1;
    if (entry.left <= 0) this.#active = this.#active.filter((other) => other !== entry);
    return entry.fault;
  }
}

/** An answer before it is sent. A string body goes out as it is (HTML), all else as JSON. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const htmlPage = '<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body>Checking</body></html>\n';

/** Sends a whole, healthy answer. */
export function send(response: ServerResponse, { status = 200, headers = {}, body }: Reply): void {
  const isText = typeof body === 'string';
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  const type = isText ? 'text/html; charset=UTF-8' : 'application/json;charset=UTF-8';
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, ...headers }).end(bytes);
}

/** Spoils the answer that would have been sent. `refuse` gives the exchange's own answer of a status. */
export function sendFaulty(
  response: ServerResponse,
  fault: Fault,
  healthy: Reply,
  refuse: (status: number) => Reply,
): void {
  const json = Buffer.from(JSON.stringify(healthy.body));
  const half = json.subarray(0, Math.ceil(json.length / 2));
  const jsonHead = { 'content-type': 'application/json;charset=UTF-8' };
  switch (fault.kind) {
    case 'status': {
      const usual = refuse(fault.status);
      const headers = { ...usual.headers, ...fault.headers };
      send(response, { status: fault.status, headers, body: fault.body ?? usual.body });
      return;
    }
    case 'hang':
      return;
    case 'hang-body':
      response.writeHead(200, { ...jsonHead, 'content-length': json.length }).write(half);
      return;
    case 'cut':
      response.socket?.destroy();
      return;
    case 'cut-body':
      response.writeHead(200, { ...jsonHead, 'content-length': json.length });
      response.write(half, () => response.socket?.destroy());
      return;
    case 'cut-gzip': {
      const zipped = gzipSync(json);
      response.writeHead(200, { ...jsonHead, 'content-encoding': 'gzip', 'content-length': zipped.length });
      response.write(zipped.subarray(0, zipped.length / 2), () => response.socket?.destroy());
      return;
    }
    case 'garbage':
      send(response, { body: htmlPage });
      return;
    case 'truncated':
      response.writeHead(200, { ...jsonHead, 'content-length': half.length }).end(half);
      return;
    case 'bad-gzip':
      response.writeHead(200, { ...jsonHead, 'content-encoding': 'gzip' }).end('these bytes are not gzip');
      return;
    case 'empty':
      response.writeHead(200, { ...jsonHead, 'content-length': 0 }).end();
      return;
  }
}
