import { type AnyVariables, type Client, CombinedError, type OperationResult, type TypedDocumentNode } from 'urql';
import { onEnd, pipe, subscribe } from 'wonka';
import { type Failure, toFailure } from './error-text.ts';

/** A subscription, and who receives its events. */
export interface LiveOptions<Data, Variables extends AnyVariables> {
  readonly client: Client;
  readonly document: TypedDocumentNode<Data, Variables>;
  /**
   * Asked again whenever the subscription begins. Variables with a getter are also read again after a reconnect, so
   * that `since` can continue where the events have stopped.
   */
  readonly variables: () => Variables;
  /** `missing` says what the server could not fetch for this event. It goes on all the same. */
  readonly onData: (data: Data, missing: Failure | null) => void;
  /** Called with a failure that has ended the subscription, and with null when events come again. */
  readonly onFailure: (failure: Failure | null) => void;
}

const retryMs = 5_000;

/**
 * Keeps a subscription open until the returned function is called. A lost connection is repaired by the socket client;
 * an error that ends the subscription and may pass is repaired here, by a new one.
 */
export function openLive<Data, Variables extends AnyVariables>(options: LiveOptions<Data, Variables>): () => void {
  const { client, document, variables, onData, onFailure } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isFailed = false;
  let current = { unsubscribe: (): void => {} };

  const begin = (): void => {
    let failure: Failure | null = null;
    current = pipe(
      client.subscription(document, variables()),
      onEnd(() => {
        // Without an error, the server has nothing to add; a new subscription finds out whether that is still so.
        const waitMs = failure ? failure.retryAfterMs : retryMs;
        if (waitMs !== null) timer = setTimeout(begin, waitMs);
      }),
      subscribe(({ data, error, extensions }) => {
        failure = error ? toFailure(error) : null;
        if (failure || isFailed) onFailure(failure);
        isFailed = failure !== null;
        if (data) onData(data, toMissing(extensions));
      }),
    );
  };

  begin();
  return () => {
    current.unsubscribe();
    // Also the wait that begins because this was the end.
    clearTimeout(timer);
  };
}

/** Errors in the extensions of an event do not end the subscription, as those in `errors` do in many clients. */
function toMissing(extensions: OperationResult['extensions']): Failure | null {
  const errors: unknown = extensions?.errors;
  return Array.isArray(errors) && errors.length > 0 ? toFailure(new CombinedError({ graphQLErrors: errors })) : null;
}
