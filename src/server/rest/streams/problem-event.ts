import type { GraphQLFormattedError } from 'graphql';
import { toProblem } from '../messages/problem.ts';
import { connectedId } from './event-ids.ts';

/** How long a client waits before it reconnects, unless an error says more, in ms. */
export const usualRetryMs = 2000;

/** The same after an error that a retry cannot fix. A browser reconnects in any case, until it is refused. */
const longRetryMs = 600_000;

export interface ProblemEventOptions {
  /** True if the client must begin again, because it cannot continue from the id that it has. */
  readonly beginsAgain?: boolean;
}

/** The event of an error, which is the last one of its stream. It says when to reconnect. */
export function toProblemEvent(
  { message, extensions = {} }: GraphQLFormattedError,
  { beginsAgain = false }: ProblemEventOptions = {},
): Buffer {
  const { retryable, retryAfterMs } = extensions;
  const waitMs = typeof retryAfterMs === 'number' ? retryAfterMs : 0;
  const retryMs = retryable === true || beginsAgain ? Math.max(usualRetryMs, waitMs) : longRetryMs;
  const problem = JSON.stringify(toProblem({ message, extensions }));
  return Buffer.from(
    `event: problem\nretry: ${retryMs}\n${beginsAgain ? `id: ${connectedId}\n` : ''}data: ${problem}\n\n`,
  );
}
