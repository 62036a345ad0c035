import type { Context as SocketContext, SubscribePayload } from 'graphql-ws';

/**
 * Which operation an id of a socket stands for. graphql-ws knows operations by id alone and looks them up after each of
 * its waits: where a client completes one and gives its id to the next before the first is out of its waits, the first
 * would answer as the second, complete it, and leave an iterator open for ever.
 */
export class OperationIds {
  readonly #owners = new WeakMap<SocketContext, Map<string, SubscribePayload>>();

  /** Notes that the id is this operation's from now on. Its payload, an object of its own, tells it from others. */
  begin(context: SocketContext, id: string, payload: SubscribePayload): void {
    const owners = this.#owners.get(context) ?? new Map<string, SubscribePayload>();
    this.#owners.set(context, owners.set(id, payload));
  }

  /** Resolves at once while the id is this operation's; never, once it is another's, so that graphql-ws goes no further. */
  async proceed(context: SocketContext, id: string, payload: SubscribePayload): Promise<void> {
    if (this.#isOwner(context, id, payload)) return;
    await new Promise<never>(() => {});
  }

  /** The same where the operation has a result by now, which is closed if it is a stream that nobody will read. */
  async proceedWith(context: SocketContext, id: string, payload: SubscribePayload, result: unknown): Promise<void> {
    if (!this.#isOwner(context, id, payload) && isReturnable(result)) await result.return();
    await this.proceed(context, id, payload);
  }

  /** Forgets an operation that has ended, unless its id is another's already. */
  end(context: SocketContext, id: string, payload: SubscribePayload): void {
    if (this.#isOwner(context, id, payload)) this.#owners.get(context)?.delete(id);
  }

  #isOwner(context: SocketContext, id: string, payload: SubscribePayload): boolean {
    return this.#owners.get(context)?.get(id) === payload;
  }
}

function isReturnable(result: unknown): result is { return(): Promise<unknown> } {
  return typeof result === 'object' && result !== null && 'return' in result && typeof result.return === 'function';
}
