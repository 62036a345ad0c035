import { createSourceEventStream, type ExecutionArgs, execute, parse } from 'graphql';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import { createGraphQLEngine, type GraphQLEngine } from '../../../src/graphql/engine.ts';
import { toClientError } from '../../../src/graphql/execution/errors.ts';
import { toEventResult } from '../../../src/graphql/execution/event-result.ts';
import type { EncodedPayload } from '../../../src/server/fanout/encoded-payload.ts';
import { Fanout } from '../../../src/server/fanout/fanout.ts';
import { GroupSubscription, type SubscriptionHost } from '../../../src/server/fanout/group-subscription.ts';
import { LiveFeeds } from '../feed/live-feeds.ts';

/** An operation of a client. */
export interface SceneOperation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly scope?: string;
}

/** A subscription that records what is written to it. */
export class RecordedSubscription extends GroupSubscription {
  readonly seen: string[] = [];
  isFull = false;

  constructor(host: SubscriptionHost) {
    super(host);
    // The connection is open from the beginning.
    queueMicrotask(() => this.start());
  }

  protected write({ json }: EncodedPayload): boolean {
    this.seen.push(json);
    return true;
  }

  protected onEnded(): void {}
}

/** The fan-out over live feeds whose exchange a test plays. */
export class FanoutScene {
  readonly live = new LiveFeeds();
  readonly engine: GraphQLEngine = createGraphQLEngine({
    marketData: this.live.port,
    live: this.live.operations,
    clock: this.live.clock,
    report: (error) => this.reported.push(error),
  });
  readonly reported: unknown[] = [];
  readonly fanout = new Fanout({
    createContext: () => this.engine.createContext(() => {}),
    report: (error) => this.reported.push(error),
  });

  /** Begins an operation. Resolves with its subscription, or with the codes of the errors that prevent it. */
  async subscribe(operation: SceneOperation): Promise<RecordedSubscription | readonly string[]> {
    const { scope = '' } = operation;
    const open = (host: SubscriptionHost): RecordedSubscription => new RecordedSubscription(host);
    const result = await this.fanout.subscribe(this.toArgs(operation), { open, scope });
    if (result instanceof RecordedSubscription) return result;
    return (result.errors ?? []).map(({ extensions }) => String(extensions.code));
  }

  /** Executes an operation alone, as graphql-js does it. Records its events by key; null if it is refused. */
  async execute(operation: SceneOperation): Promise<AloneOperation | null> {
    const args = { ...this.toArgs(operation), contextValue: this.engine.createContext(() => {}) };
    const source: object = await createSourceEventStream(args);
    return isEvents(source) ? new AloneOperation(args, source) : null;
  }

  toArgs({ query, variables = {} }: SceneOperation): ExecutionArgs {
    return { schema: this.engine.schema, document: parse(query), variableValues: variables };
  }
}

/** An operation that shares nothing. */
export class AloneOperation {
  readonly seen: { readonly key: string; readonly text: string }[] = [];
  readonly #source: AsyncIterableIterator<FeedEvent<object>>;
  readonly #last = new Map<string, string>();

  constructor(args: ExecutionArgs, source: AsyncIterableIterator<FeedEvent<object>>) {
    this.#source = source;
    void this.#read(args);
  }

  async leave(): Promise<void> {
    await this.#source.return?.();
  }

  async #read(args: ExecutionArgs): Promise<void> {
    for await (const event of this.#source) {
      const result = await execute({ ...args, rootValue: event });
      const { errors } = result;
      const masked = errors ? { ...result, errors: errors.map((error) => toClientError(error, () => {})) } : result;
      const text = JSON.stringify(toEventResult(masked));
      if (this.#last.get(event.key) === text) continue;
      this.#last.set(event.key, text);
      this.seen.push({ key: event.key, text });
    }
  }
}

function isEvents(source: object): source is AsyncIterableIterator<FeedEvent<object>> {
  return Symbol.asyncIterator in source;
}
