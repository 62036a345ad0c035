import type { CombinedError } from 'urql';
import { SocketClosed } from './socket-close.ts';

/** What went wrong with an operation, for people, and when it makes sense to try again. */
export interface Failure {
  /** The server's sentences, or what happened to the connection. */
  readonly message: string;
  /** In ms; null if the same operation would fail again. */
  readonly retryAfterMs: number | null;
}

const defaultRetryMs = 5_000;

/** The failure that an error of urql describes. */
export function toFailure({ graphQLErrors, networkError, response }: CombinedError): Failure {
  if (graphQLErrors.length > 0) {
    const waits = graphQLErrors
      .filter(({ extensions }) => extensions.retryable === true)
      .map(({ extensions }) => Number(extensions.retryAfterMs ?? defaultRetryMs));
    return {
      message: [...new Set(graphQLErrors.map(({ message }) => message))].join(' '),
      retryAfterMs: waits.length > 0 ? Math.max(...waits) : null,
    };
  }
  return { message: sentenceOf(networkError, response), retryAfterMs: defaultRetryMs };
}

function sentenceOf(error: Error | undefined, response: unknown): string {
  if (error instanceof SocketClosed) return error.message;
  if (response instanceof Response) {
    return `The answer has status ${response.status} and is not GraphQL: it may come from a proxy in between.`;
  }
  return 'The server cannot be reached.';
}
