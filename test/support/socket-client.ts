import { once } from 'node:events';
import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws';
import WebSocket from 'ws';

/** The results of one operation so far, and ways to wait for more. */
export interface Operation {
  // biome-ignore lint/suspicious/noExplicitAny: the shape of a result is up to its document
  readonly results: readonly FormattedExecutionResult<any, unknown>[];
  /** True once the server has completed it. */
  readonly completed: boolean;
  /** The error with which the server refused it. */
  readonly error: unknown;
  /** Resolves when `count` results have come or the operation has ended; rejects after `timeoutMs`. */
  until(count: number, timeoutMs?: number): Promise<void>;
  /** Resolves when the operation has ended; rejects after `timeoutMs`. */
  ended(timeoutMs?: number): Promise<void>;
  stop(): void;
}

/** How long a busy machine may take for anything by default, in ms: shorter than the time of a test. No test measures it. */
const patientMs = 45_000;

/** A graphql-ws client that does not retry. */
export function connect(url: string): Client {
  return createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: true });
}

/** Starts an operation with the client. */
export function subscribe(client: Client, query: string, variables: Record<string, unknown> = {}): Operation {
  const results: FormattedExecutionResult<Record<string, unknown>, unknown>[] = [];
  const state = { completed: false, error: null as unknown };
  const waiting = new Set<() => void>();
  const notify = (): void => {
    for (const check of waiting) check();
  };
  const stop = client.subscribe(
    { query, variables },
    {
      next: (result) => {
        results.push(result);
        notify();
      },
      error: (error) => {
        state.error = error;
        notify();
      },
      complete: () => {
        state.completed = true;
        notify();
      },
    },
  );
  const hasEnded = (): boolean => state.completed || state.error !== null;
  const wait = (isReached: () => boolean, timeoutMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!isReached()) return;
        clearTimeout(timer);
        waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(check);
        reject(new Error(`${results.length} results after ${timeoutMs} ms: ${JSON.stringify(results.slice(-3))}`));
      }, timeoutMs);
      waiting.add(check);
      check();
    });
  return {
    results,
    get completed() {
      return state.completed;
    },
    get error() {
      return state.error;
    },
    until: (count, timeoutMs = patientMs) => wait(() => results.length >= count || hasEnded(), timeoutMs),
    ended: (timeoutMs = patientMs) => wait(hasEnded, timeoutMs),
    stop,
  };
}

/** A bare socket that has been acknowledged, for messages that a client library would not send. */
export async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  return socket;
}

/** Resolves when `isReached` is true; rejects after `timeoutMs`. For states that can only be observed from outside. */
export async function eventually(isReached: () => boolean | Promise<boolean>, timeoutMs = patientMs): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (!(await isReached())) {
    if (Date.now() > until) throw new Error(`not so after ${timeoutMs} ms: ${isReached}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
