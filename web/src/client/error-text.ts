import type { CombinedError } from 'urql';
import { SocketClosed } from './socket-close.ts';

/** What went wrong with an operation, for people, and when it makes sense to try again. */
export interface Failure {
  /** The server's sentences, or what happened to the connection. */
  readonly message: string;
  /** In ms; null if the same operation would fail again. */
  readonly retryAfterMs: number | null;
  /** When it happened, in epoch ms by the browser's clock. */
  readonly at: number;
}

const defaultRetryMs = 5_000;

/** The server's words about when it tries again, which become wrong while they are shown. */
const wait = /; (?:this server tries again in \d+ s|this server is trying again now|try again in \d+ s)(?=\.)/g;

/** The failure that an error of urql describes, which has happened just now. */
export function toFailure({ graphQLErrors, networkError, response }: CombinedError, at: number = Date.now()): Failure {
  if (graphQLErrors.length > 0) {
    const waits = graphQLErrors
      .filter(({ extensions }) => extensions.retryable === true)
      .map(({ extensions }) => Number(extensions.retryAfterMs ?? defaultRetryMs));
    return {
      message: [...new Set(graphQLErrors.map(({ message }) => withoutWait(message)))].join(' '),
      retryAfterMs: waits.length > 0 ? Math.max(...waits) : null,
      at,
    };
  }
  return { message: sentenceOf(networkError, response), retryAfterMs: defaultRetryMs, at };
}

/** The server's sentence without how long it waits: the page counts the time until it asks again. */
export function withoutWait(message: string): string {
  return message.replace(wait, '');
}

/** When the page tries again, in epoch ms by the browser's clock; null if it does not. */
export function retryTime({ at, retryAfterMs }: Failure): number | null {
  return retryAfterMs === null ? null : at + retryAfterMs;
}

function sentenceOf(error: Error | undefined, response: unknown): string {
  if (error instanceof SocketClosed) return error.message;
  if (response instanceof Response) {
    return `The answer has status ${response.status} and is not GraphQL: it may come from a proxy in between.`;
  }
  return 'The server cannot be reached.';
}
