import { marketDataErrorCodes } from '../../../src/market/errors.ts';
import type { Reply } from '../send.ts';
import type { FuzzRequest } from './requests.ts';

/** The error codes that clients may receive. INTERNAL_SERVER_ERROR is one of them, but always counts as a finding. */
const codes: ReadonlySet<unknown> = new Set([...marketDataErrorCodes, 'PERSISTED_QUERY_NOT_FOUND']);

/** Statuses of rejections that never reach GraphQL; their body is plain text or empty. */
const plainStatuses: ReadonlySet<number> = new Set([
  // The redirect of `/`, and answers that the client already has.
  302, 304,
  // Unreadable requests, unknown paths, wrong methods, request lines that are too long, and `Expect`.
  400, 404, 405, 406, 413, 414, 415, 417, 431,
]);

/** Statuses of an event stream; 400 if the stream only reports an error and ends. */
const streamStatuses: ReadonlySet<number> = new Set([200, 400]);

/** The verdict on an answer. */
export interface Verdict {
  /** What is wrong with the answer; null if it is correct. */
  readonly finding: string | null;
  /** True if something was executed. */
  readonly hasData: boolean;
}

const fine: Verdict = { finding: null, hasData: false };

function bad(finding: string): Verdict {
  return { finding, hasData: false };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with a list of GraphQL errors; null if nothing is. */
export function checkErrors(errors: unknown): string | null {
  if (!Array.isArray(errors) || errors.length === 0) return 'errors is not a list, or is empty';
  for (const error of errors) {
    if (!isObject(error) || typeof error.message !== 'string') return 'an error without a message';
    const code = isObject(error.extensions) ? error.extensions.code : undefined;
    if (!codes.has(code)) return `an error with the code ${JSON.stringify(code)}: ${error.message.slice(0, 200)}`;
    if (code === 'INTERNAL_SERVER_ERROR') return `INTERNAL_SERVER_ERROR: ${error.message.slice(0, 200)}`;
    if (/\n\s+at |node_modules|\/src\/|127\.0\.0\.1|ccxt/.test(error.message) && !error.message.includes('"http://')) {
      return `an error reveals internals: ${error.message.slice(0, 200)}`;
    }
  }
  return null;
}

/** Judges one GraphQL result. */
export function judgeResult(result: unknown): Verdict {
  if (!isObject(result)) return bad('the answer is not an object');
  const { data, errors } = result;
  if (data === undefined && errors === undefined) return bad('neither data nor errors');
  if (data !== undefined && data !== null && !isObject(data)) return bad('data is not an object');
  const finding = errors === undefined ? null : checkErrors(errors);
  return { finding, hasData: isObject(data) };
}

/** Judges an answer over HTTP by the GraphQL-over-HTTP specification and by what this server promises. */
export function judge({ method, path }: Pick<FuzzRequest, 'method' | 'path'>, reply: Reply): Verdict {
  const { status, contentType, text } = reply;
  if (status >= 500) return bad(`status ${status}: ${text.slice(0, 300)}`);
  if (contentType.includes('text/event-stream')) return judgeStream(reply);
  if (method === 'HEAD' || status === 204) return text === '' ? fine : bad('a body where none is allowed');
  // Health checks have answers of their own.
  if (path === '/health' || path === '/ready') return status === 200 || status === 405 ? fine : bad(`status ${status}`);
  if (!contentType.includes('json')) {
    return plainStatuses.has(status)
      ? fine
      : bad(`status ${status} as ${contentType || 'nothing'}: ${text.slice(0, 300)}`);
  }
  if (status !== 200 && !plainStatuses.has(status)) return bad(`status ${status}`);
  const result = parse(text);
  if (result === undefined) return bad(`not JSON: ${text.slice(0, 300)}`);
  return judgeResult(result);
}

function judgeStream({ status, text, isCut }: Reply): Verdict {
  if (!streamStatuses.has(status)) return bad(`a stream with status ${status}`);
  // The text after the last empty line may be an incomplete event.
  const events = text.split('\n\n').slice(0, isCut ? -1 : undefined);
  let hasData = false;
  for (const event of events) {
    // Not `.`, which does not match U+2028.
    const [, data = ''] = /\ndata: ([^\n]*)/.exec(event) ?? [];
    if (!event.includes('event: next')) continue;
    const verdict = judgeResult(parse(data));
    if (verdict.finding !== null) return verdict;
    hasData ||= verdict.hasData;
  }
  if (hasData && status !== 200) return bad(`a stream with data and status ${status}`);
  return { finding: null, hasData };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
