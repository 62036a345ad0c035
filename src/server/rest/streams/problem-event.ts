import type { GraphQLFormattedError } from 'graphql';
import type { ValueEvent } from '../../fanout/encoded-payload.ts';
import { toProblem } from '../messages/problem.ts';
import { connectedId } from './event-ids.ts';
import { usualRetryMs } from './retry-line.ts';

/** How long a client waits after an error that a retry cannot fix. A browser reconnects in any case, until it is refused. */
const longRetryMs = 600_000;

export interface ProblemEventOptions {
  /** True if the client must begin again, because it cannot continue from the id that it has. */
  readonly beginsAgain?: boolean;
}

export interface ProblemEvent extends ValueEvent {
  readonly retryMs: number;
}

/**
 * The event of an error, which is the last one of its stream. All its clients share the bytes, so each of them is told
 * separately when to reconnect.
 */
export function toProblemEvent(
  { message, extensions = {} }: GraphQLFormattedError,
  { beginsAgain = false }: ProblemEventOptions = {},
): ProblemEvent {
  const { retryable, retryAfterMs } = extensions;
  const waitMs = typeof retryAfterMs === 'number' ? retryAfterMs : 0;
  const retryMs = retryable === true || beginsAgain ? Math.max(usualRetryMs, waitMs) : longRetryMs;
  const problem = JSON.stringify(toProblem({ message, extensions }));
  const id = beginsAgain ? `id: ${connectedId}\n` : '';
  return { bytes: Buffer.from(`event: problem\n${id}data: ${problem}\n\n`), retryMs };
}
