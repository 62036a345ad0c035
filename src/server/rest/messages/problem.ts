import { STATUS_CODES } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { AnswerError } from '../../fields/field-value.ts';
import type { HttpContext } from '../../http/messages/http-context.ts';
import { toClientJson, toErrorRefusal } from '../../http/messages/refusal.ts';
import { send } from '../../http/messages/send.ts';
import { inRestWords } from './in-rest-words.ts';

export const problemType = 'application/problem+json';

/**
 * An error as a problem (RFC 9457). Besides these members it has those of `extensions` in GraphQL: code, retryable, and as
 * far as they apply exchange, symbol, symbols, timeframe, retryAfterMs, maxLimit, oldest and suggestions.
 */
export interface Problem {
  /** Always about:blank: the title says no more than the status, and `code` tells problems apart. */
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** The sentence that says what is wrong. */
  readonly detail: string;
  /** Where in the value the error belongs, in a list of several. */
  readonly path?: readonly (string | number)[];
  readonly [extension: string]: unknown;
}

export function toProblem(error: AnswerError): Problem {
  const { path } = error;
  const { http, ...extensions } = error.extensions;
  const { status } = toErrorRefusal({ ...extensions, http });
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: inRestWords(error),
    ...extensions,
    ...(path ? { path } : {}),
  };
}

/** Answers with errors only. The first one determines the status; if there are several, `errors` contains all of them. */
export function sendProblems(context: HttpContext, errors: readonly [AnswerError, ...AnswerError[]]): void {
  const [first] = errors;
  const { status, headers } = toErrorRefusal(first.extensions);
  const { path: _path, ...problem } = toProblem(first);
  const body = errors.length === 1 ? problem : { ...problem, errors: errors.map(toProblem) };
  send(context, status, problemType, JSON.stringify(body), headers);
}

/** Answers a request of the REST API that fails as a whole. */
export function sendProblem(context: HttpContext, error: GraphQLError): void {
  const { message, extensions = {} } = toClientJson(error);
  sendProblems(context, [{ message, extensions: { retryable: false, ...extensions, http: error.extensions.http } }]);
}
