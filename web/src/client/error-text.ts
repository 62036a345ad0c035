import type { CombinedError } from 'urql';

/** What went wrong with an operation, for people, and when it makes sense to try again. */
export interface Failure {
  /** The server's sentences, or what happened to the connection. */
  readonly message: string;
  /** In ms; null if the same operation would fail again. */
  readonly retryAfterMs: number | null;
}

const defaultRetryMs = 5_000;

/** The failure that an error of urql describes. */
export function toFailure({ graphQLErrors, networkError }: CombinedError): Failure {
  if (graphQLErrors.length > 0) {
    const isFinal = graphQLErrors.every(({ extensions }) => extensions.retryable !== true);
    const waits = graphQLErrors.map(({ extensions }) => Number(extensions.retryAfterMs ?? defaultRetryMs));
    return {
      message: [...new Set(graphQLErrors.map(({ message }) => message))].join(' '),
      retryAfterMs: isFinal ? null : Math.max(...waits),
    };
  }
  return { message: sentenceOf(networkError), retryAfterMs: defaultRetryMs };
}

function sentenceOf(error: unknown): string {
  if (error instanceof CloseEvent) return error.reason || `The connection was closed with code ${error.code}.`;
  return 'The server cannot be reached.';
}
