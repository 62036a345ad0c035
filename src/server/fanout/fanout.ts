import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { Yielding } from '../../base/yielding.ts';
import { slowConsumer } from '../../market/slow-consumer.ts';
import type { EncodePayload } from './encoded-payload.ts';
import { isShared } from './event-source.ts';
import { Group, type GroupOptions } from './group.ts';
import { type DocumentKeys, toGroupKey } from './group-key.ts';
import type { DeliveryCounts, GroupSubscription, OpenSubscription } from './group-subscription.ts';
import { JoinableGroups } from './joinable-groups.ts';
import { SharedPayloads } from './shared-payloads.ts';
import { SingleSubscription } from './single-subscription.ts';
import { StalledSubscriptions } from './stalled-subscriptions.ts';
import { type StartedEvents, startEvents, toErrorPayload } from './start-events.ts';

/** An operation of a client. */
export interface Subscriber<S extends GroupSubscription> {
  /** Creates its subscription, which writes the messages to the connection of the client. */
  readonly open: OpenSubscription<S>;
  /** Operations of different scopes never share an answer, because their clients can have different rights. */
  readonly scope: string;
}

export interface FanoutOptions {
  /** Creates the context for the resolvers of a group. */
  readonly createContext: () => unknown;
  /** Called with unexpected errors. Clients see them masked. */
  readonly report: (error: unknown) => void;
}

const slowConsumerPayload = toErrorPayload(slowConsumer());

/**
 * Delivers the events of subscriptions to many clients.
 *
 * Ten thousand clients that watch the same market need the same answer to every tick. If each answer were executed and
 * serialised separately, a tick would keep one core busy for a second, and a client that reads slowly would fill the
 * memory with unread messages. So subscriptions form groups: each distinct payload (the selection and the value) is
 * executed and encoded once, and every client receives the same bytes: over a WebSocket with its own operation id at
 * the end.
 *
 * - Subscriptions with the same payload key share a group and its event source (`JoinableGroups`, `Group`). A group
 *   opens with its first subscription, can be joined while it is serving, and ends with its source or its last
 *   subscription. While its exchange fails, it cannot be joined: a new subscription starts separately, and is refused
 *   if nothing arrives.
 * - A subscription that starts in the past has its own history and its own group (`SingleSubscription`).
 * - Groups with the same key that exist at the same time still share encoded payloads (`SharedPayloads`).
 * - If the buffer of a connection is full, its subscriptions are stalled: the newest message of each key waits
 *   (`GroupSubscription`), and a timer checks whether the buffer has drained (`StalledSubscriptions`). A subscription
 *   that would lose a message that must be sent ends with SLOW_CONSUMER.
 *
 * The protocol of the client creates the subscription, starts it, and ends it when the client leaves.
 */
export class Fanout {
  readonly #options: FanoutOptions;
  readonly #joinable = new JoinableGroups((payload, args, onEnd) => this.#open(payload, args, onEnd));
  readonly #groups = new Set<Group>();
  /** Groups of operations that begin in the past. No other operation can join them. */
  readonly #singles = new Set<Group | SingleSubscription>();
  readonly #documentKeys: DocumentKeys = new WeakMap();
  readonly #payloads = new SharedPayloads();
  readonly #stalled = new StalledSubscriptions();
  readonly #turns = new Yielding();
  #unshared = 0;
  #subscriptionCount = 0;

  /** Numbers of messages since the start. */
  readonly counts: DeliveryCounts = { messages: 0, conflated: 0, slowConsumers: 0 };

  constructor(options: FanoutOptions) {
    this.#options = options;
  }

  get groupCount(): number {
    return this.#groups.size + this.#singles.size;
  }

  /** Number of different payloads that the groups use. */
  get payloadCount(): number {
    return this.#payloads.keyCount;
  }

  /** Number of subscriptions of all clients. */
  get subscriptionCount(): number {
    return this.#subscriptionCount;
  }

  /**
   * Begins a subscription. Resolves with the subscription, which must be started or ended, or with the errors that
   * prevent it.
   */
  async subscribe<S extends GroupSubscription>(
    args: ExecutionArgs,
    subscriber: Subscriber<S>,
  ): Promise<S | ExecutionResult> {
    const { payload, hasStart } = toGroupKey(args, subscriber.scope, this.#documentKeys) ?? this.#unsharedKey();
    if (hasStart) {
      const single = await this.#openSingle(payload, args);
      const isOpen = single instanceof Group || single instanceof SingleSubscription;
      return isOpen ? this.#join(single, subscriber) : single;
    }
    while (true) {
      const group = await this.#joinable.find(payload, args);
      if (!(group instanceof Group)) return group;
      // A group that has ended meanwhile can no longer be joined; the next lookup finds or opens another one.
      if (!group.isOver) return this.#join(group, subscriber);
    }
  }

  /** Ends every group. */
  close(): void {
    this.#stalled.stop();
    for (const group of [...this.#groups, ...this.#singles]) group.close();
    for (const opening of this.#joinable.values()) {
      opening.then((group) => (group instanceof Group ? group.close() : undefined)).catch(this.#options.report);
    }
  }

  #join<S extends GroupSubscription>(group: Group | SingleSubscription, { open }: Subscriber<S>): S {
    this.#subscriptionCount += 1;
    return group.join(open);
  }

  /** A unique key for an operation whose variables are wrong, so that it shares nothing. */
  #unsharedKey(): { readonly payload: string; readonly hasStart: boolean } {
    this.#unshared += 1;
    return { payload: `unshared ${this.#unshared}`, hasStart: false };
  }

  async #open(payload: string, args: ExecutionArgs, onEnd: () => void): Promise<Group | ExecutionResult> {
    const started = await this.#start(args);
    if (!('source' in started)) return started;
    const { source, encode } = started;
    if (!isShared(source)) throw new TypeError('a shared subscription that begins in the past');
    const options = this.#toOptions(payload, encode, () => {
      this.#groups.delete(group);
      onEnd();
    });
    const group = new Group({ source, ...options });
    this.#groups.add(group);
    return group;
  }

  /** Opens a group for an operation that cannot join another one. */
  async #openSingle(payload: string, args: ExecutionArgs): Promise<Group | SingleSubscription | ExecutionResult> {
    const started = await this.#start(args);
    if (!('source' in started)) return started;
    const { source, encode } = started;
    const options = this.#toOptions(payload, encode, () => this.#singles.delete(single));
    // The start argument can belong to another operation in the document.
    const single = isShared(source)
      ? new Group({ source, ...options })
      : new SingleSubscription({ source, ...options });
    this.#singles.add(single);
    return single;
  }

  #start(args: ExecutionArgs): Promise<StartedEvents | ExecutionResult> {
    return startEvents(args, { ...this.#options, turns: this.#turns });
  }

  /** The options of every group. `onEnd` is called once. */
  #toOptions(payload: string, encode: EncodePayload, onEnd: () => void): Omit<GroupOptions, 'source'> {
    return {
      encode: this.#payloads.take(payload, encode),
      slowConsumer: slowConsumerPayload,
      counts: this.counts,
      onStalled: (subscription) => this.#stalled.add(subscription),
      onLeave: (subscription) => {
        this.#subscriptionCount -= 1;
        this.#stalled.remove(subscription);
      },
      onEnd: () => {
        this.#payloads.release(payload);
        onEnd();
      },
    };
  }
}
