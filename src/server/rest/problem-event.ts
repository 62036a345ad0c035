import type { GraphQLFormattedError } from 'graphql';
import { toProblem } from './messages/problem.ts';

/** How long a client waits before it reconnects, unless an error says more, in ms. */
export const usualRetryMs = 2000;

/** The same after an error that a retry cannot fix. A browser reconnects in any case, until it is refused. */
const longRetryMs = 600_000;

/** The event of an error, which is the last one of its stream. It says when to reconnect. */
export function toProblemEvent({ message, extensions = {} }: GraphQLFormattedError): Buffer {
  const { retryable, retryAfterMs } = extensions;
  const waitMs = typeof retryAfterMs === 'number' ? retryAfterMs : 0;
  const retryMs = retryable === true ? Math.max(usualRetryMs, waitMs) : longRetryMs;
  const problem = JSON.stringify(toProblem({ message, extensions }));
  return Buffer.from(`event: problem\nretry: ${retryMs}\ndata: ${problem}\n\n`);
}
