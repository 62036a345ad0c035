import type { SubscribePayload } from 'graphql-ws';

/**
 * Which operation each id of one socket stands for. graphql-ws knows operations by id alone and looks them up after each
 * of its waits: where a client completes one and gives its id to the next before the first is out of its waits, the
 * first would answer as the second, complete it, and leave an iterator open for ever.
 */
export class OperationIds {
  readonly #owners = new Map<string, SubscribePayload>();

  /** Notes that the id is this operation's from now on. Its payload, an object of its own, tells it from others. */
  begin(id: string, payload: SubscribePayload): void {
    this.#owners.set(id, payload);
  }

  /** Resolves at once while the id is this operation's; never, once it is another's, so that graphql-ws goes no further. */
  async proceed(id: string, payload: SubscribePayload): Promise<void> {
    if (this.#owners.get(id) === payload) return;
    await new Promise<never>(() => {});
  }

  /** The same where the operation has a result by now, which is closed if it is a stream that nobody will read. */
  async proceedWith(id: string, payload: SubscribePayload, result: unknown): Promise<void> {
    if (this.#owners.get(id) !== payload && isReturnable(result)) await result.return();
    await this.proceed(id, payload);
  }

  /** Forgets an operation that has ended, unless its id is another's already. */
  end(id: string, payload: SubscribePayload): void {
    if (this.#owners.get(id) === payload) this.#owners.delete(id);
  }
}

function isReturnable(result: unknown): result is { return(): Promise<unknown> } {
  return typeof result === 'object' && result !== null && 'return' in result && typeof result.return === 'function';
}
