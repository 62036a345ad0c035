import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Exchange } from 'ccxt';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';
import { limitBodies } from './body-limit.ts';
import { toOpeningError } from './opening-error.ts';

/** What the HTTP response behind an error said, beyond what ccxt keeps of it. */
export interface HttpFailure {
  readonly status: number;
  /** From `Retry-After`, in ms. */
  readonly retryAfterMs: number | null;
}

/** The HTTP response behind an error, if there was one. */
export type FailureLookup = (error: unknown) => HttpFailure | undefined;

interface HttpResponse {
  readonly status: number;
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Fixes six problems in an instance's HTTP path, and returns a lookup of the responses behind errors:
 * - ccxt's timeout ends with the response headers. Here it also covers the body, and frees its socket.
 * - ccxt reads a response of any length. Here it has a limit.
 * - A 200 with HTML, an empty body or half a JSON text reaches ccxt's parsers as a string. Here it is a BadResponse.
 * - A status that ccxt does not list (413, 414, 431, 523) passes as a success, and its body as data. Here it is an
 *   error.
 * - A request for which this server cannot open a socket looks like an outage. Here it is a DescriptorsError.
 * - ccxt's errors lose the status (403 and 451 become ExchangeNotAvailable) and Retry-After. Here they are kept.
 */
export function guardHttp(exchange: Exchange, timeoutMs: number): FailureLookup {
  const failures = new WeakMap<object, HttpFailure>();

  limitBodies(exchange);
  const undiciRequest = exchange.undiciRequest.bind(exchange);
  exchange.undiciRequest = async (url, params) => {
    const late = AbortSignal.timeout(timeoutMs);
    const asked = undiciRequest(url, { ...params, signal: AbortSignal.any([params.signal, late]) });
    const response = await asked.catch((error: unknown) => {
      throw toOpeningError(error);
    });
    return {
      ...response,
      text: async () => yieldIfLong(await untilAborted(late, response.text())),
      arrayBuffer: () => untilAborted(late, response.arrayBuffer()),
    };
  };

  const handleRestResponse = exchange.handleRestResponse.bind(exchange);
  exchange.handleRestResponse = async (response: HttpResponse, ...rest) => {
    try {
      const body: unknown = await handleRestResponse(response, ...rest);
      if (response.status >= 400) {
        throw new ccxtErrors.ExchangeNotAvailable(`${exchange.id} answered HTTP ${response.status}`);
      }
      if (typeof body === 'string' && isBrokenText(body)) {
        throw new ccxtErrors.BadResponse(`${exchange.id} answered HTTP ${response.status} without readable JSON`);
      }
      return body;
    } catch (error) {
      if (error instanceof Error) {
        failures.set(error, { status: response.status, retryAfterMs: toRetryAfterMs(response) });
      }
      throw error;
    }
  };
  return (error) => (error instanceof Error ? failures.get(error) : undefined);
}

/** Reading and parsing more characters than this takes milliseconds each. */
const maxCharsPerTurn = 200_000;

/** Lets the event loop take a turn between reading a long text and parsing it. */
async function yieldIfLong(text: string): Promise<string> {
  if (text.length <= maxCharsPerTurn) return text;
  // The first immediate runs in the same turn as the socket that was read.
  await nextTurn();
  await nextTurn();
  return text;
}

/** The body; rejects with the signal's reason when it aborts. */
function untilAborted<T>(signal: AbortSignal, body: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    body.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** A day; if an exchange asks for a longer pause, it is called again after this time. */
const longestRetryAfterMs = 86_400_000;

/** HTML, an empty text, or JSON that did not parse. Some exchanges answer a bare word or number, which are valid. */
function isBrokenText(body: string): boolean {
  return body === '' || /^[<{[]/.test(body);
}

/** `Retry-After` in ms: it holds seconds or an HTTP date (RFC 9110, 10.2.3). */
function toRetryAfterMs({ headers }: HttpResponse): number | null {
  const text = headers instanceof Headers ? headers.get('retry-after') : headers['retry-after'];
  if (typeof text !== 'string' || text === '') return null;
  // Date.parse would read -5 and 1.5 as months; each valid form of a date begins with the name of a day.
  const isDate = /^[A-Z][a-z]{2}/.test(text);
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : isDate ? Date.parse(text) - Date.now() : Number.NaN;
  return Number.isFinite(waitMs) ? Math.min(Math.max(0, waitMs), longestRetryAfterMs) : null;
}
