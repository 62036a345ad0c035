import { marketDataErrorCodes } from '../../src/market/errors.ts';
import type { FuzzRequest } from './requests.ts';
import type { Reply } from './send.ts';

/** Codes that a client may see; INTERNAL_SERVER_ERROR is one too, and each is a finding. */
const codes: ReadonlySet<unknown> = new Set([...marketDataErrorCodes, 'PERSISTED_QUERY_NOT_FOUND']);

/** What is refused without GraphQL having been asked, in plain words or none. */
const plainStatuses: ReadonlySet<number> = new Set([
  // The redirect of `/`, and answers that the client has already.
  302, 304,
  // What cannot be read at all, other addresses, other methods, too long a request line, and `Expect`.
  400, 404, 405, 406, 413, 414, 415, 417, 431,
]);

/** How a stream begins that tells a refusal and ends. */
const streamStatuses: ReadonlySet<number> = new Set([200, 400]);

/** A GraphQL result as far as it is looked at here. */
export interface Verdict {
  /** What is wrong with an answer; null where it is as it must be. */
  readonly finding: string | null;
  /** True where something was executed. */
  readonly hasData: boolean;
}

const fine: Verdict = { finding: null, hasData: false };

function bad(finding: string): Verdict {
  return { finding, hasData: false };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with a list of GraphQL errors as a client sees them; null where nothing is. */
export function findInErrors(errors: unknown): string | null {
  if (!Array.isArray(errors) || errors.length === 0) return 'errors is no list with an error in it';
  for (const error of errors) {
    if (!isObject(error) || typeof error.message !== 'string') return 'an error without a message';
    const code = isObject(error.extensions) ? error.extensions.code : undefined;
    if (!codes.has(code)) return `an error with the code ${JSON.stringify(code)}: ${error.message.slice(0, 200)}`;
    if (code === 'INTERNAL_SERVER_ERROR') return `INTERNAL_SERVER_ERROR: ${error.message.slice(0, 200)}`;
    if (/\n\s+at |node_modules|\/src\/|127\.0\.0\.1|ccxt/.test(error.message) && !error.message.includes('"http://')) {
      return `an error tells of the inside: ${error.message.slice(0, 200)}`;
    }
  }
  return null;
}

/** Judges one GraphQL result. */
export function judgeResult(result: unknown): Verdict {
  if (!isObject(result)) return bad('the answer is no object');
  const { data, errors } = result;
  if (data === undefined && errors === undefined) return bad('neither data nor errors');
  if (data !== undefined && data !== null && !isObject(data)) return bad('data is no object');
  const finding = errors === undefined ? null : findInErrors(errors);
  return { finding, hasData: isObject(data) };
}

/** Judges an answer over HTTP by GraphQL over HTTP and by what this server promises. */
export function judge({ method, path }: Pick<FuzzRequest, 'method' | 'path'>, reply: Reply): Verdict {
  const { status, contentType, text } = reply;
  if (status >= 500) return bad(`status ${status}: ${text.slice(0, 300)}`);
  if (contentType.includes('text/event-stream')) return judgeStream(reply);
  if (method === 'HEAD' || status === 204) return text === '' ? fine : bad('a body where none may be');
  // Whoever asks whether it lives is told so in words of its own.
  if (path === '/health' || path === '/ready') return status === 200 || status === 405 ? fine : bad(`status ${status}`);
  if (!contentType.includes('json')) {
    return plainStatuses.has(status)
      ? fine
      : bad(`status ${status} as ${contentType || 'nothing'}: ${text.slice(0, 300)}`);
  }
  if (status !== 200 && !plainStatuses.has(status)) return bad(`status ${status}`);
  const result = parse(text);
  if (result === undefined) return bad(`no JSON: ${text.slice(0, 300)}`);
  return judgeResult(result);
}

function judgeStream({ status, text, isCut }: Reply): Verdict {
  if (!streamStatuses.has(status)) return bad(`a stream with status ${status}`);
  // What comes after the last empty line may be half an event.
  const events = text.split('\n\n').slice(0, isCut ? -1 : undefined);
  let hasData = false;
  for (const event of events) {
    // Not by `.`, which ends at U+2028 too.
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
