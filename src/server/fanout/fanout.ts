import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { Yielding } from '../../base/yielding.ts';
import { slowConsumer } from '../../market/slow-consumer.ts';
import type { EncodePayload } from './encoded-payload.ts';
import { isListed, isShared } from './event-source.ts';
import { Group } from './group.ts';
import { type DocumentKeys, type GroupKey, hasLists, toGroupKey } from './group-key.ts';
import type { DeliveryCounts, GroupSubscription, OpenSubscription } from './group-subscription.ts';
import { isJoinable, type JoinableGroup, JoinableGroups, type Opened } from './joinable-groups.ts';
import { SharedPayloads } from './shared-payloads.ts';
import { SingleSubscription, type SingleSubscriptionOptions } from './single-subscription.ts';
import { StalledSubscriptions } from './stalled-subscriptions.ts';
import { type StartedEvents, startEvents, toErrorPayload } from './start-events.ts';
import { WatchLists } from './watch-lists.ts';

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
 * - Subscriptions with the same group key share a group and its event source (`JoinableGroups`, `Group`). A group
 *   opens with its first subscription, can be joined while it is serving, and ends with its source or its last
 *   subscription. While its exchange fails, it cannot be joined: a new subscription starts separately, and is refused
 *   if nothing arrives.
 * - A subscription that starts in the past has its own history and its own group (`SingleSubscription`).
 * - Subscriptions that differ only in the markets that they list have the same payload key. Their groups (`WatchList`)
 *   share an event source, and the payloads of each market (`ListBroadcast`).
 * - Groups with the same payload key that exist at the same time still share encoded payloads (`SharedPayloads`).
 * - If the buffer of a connection is full, its subscriptions are stalled: the newest message of each key waits
 *   (`GroupSubscription`), and a timer checks whether the buffer has drained (`StalledSubscriptions`). A subscription
 *   that would lose a message that must be sent ends with SLOW_CONSUMER.
 *
 * The protocol of the client creates the subscription, starts it, and ends it when the client leaves.
 */
export class Fanout {
  readonly #options: FanoutOptions;
  readonly #joinable = new JoinableGroups((key, args, onEnd) => this.#open(key, args, onEnd));
  readonly #groups = new Set<JoinableGroup>();
  /** Groups of operations that begin in the past. No other operation can join them. */
  readonly #singles = new Set<Group | SingleSubscription>();
  readonly #documentKeys: DocumentKeys = new WeakMap();
  readonly #payloads = new SharedPayloads();
  readonly #stalled = new StalledSubscriptions();
  readonly #turns = new Yielding();
  #unshared = 0;
  #subscriptionCount = 0;

  /** Numbers of messages since the start. */
  readonly counts: DeliveryCounts = { messages: 0, conflated: 0, unchanged: 0, slowConsumers: 0 };
  readonly #watchLists = new WatchLists({ payloads: this.#payloads, counts: this.counts });

  readonly #subscriptionOptions = {
    slowConsumer: slowConsumerPayload,
    onStalled: (subscription: GroupSubscription): void => this.#stalled.add(subscription),
    onLeave: (subscription: GroupSubscription): void => {
      this.#subscriptionCount -= 1;
      this.#stalled.remove(subscription);
    },
  };

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

  /** The payloads that a subscription shares with others that list other markets; null if it shares none. */
  findListed(args: ExecutionArgs, scope: string): { readonly payload: string; readonly markets: number } | null {
    // Most operations list no markets, and need their key only once, when they begin.
    const key = hasLists(args, this.#documentKeys) ? toGroupKey(args, scope, this.#documentKeys) : null;
    return key && !key.hasStart && key.listed > 0 ? { payload: key.payload, markets: key.listed } : null;
  }

  /**
   * Begins a subscription. Resolves with the subscription, which must be started or ended, or with the errors that
   * prevent it.
   */
  async subscribe<S extends GroupSubscription>(
    args: ExecutionArgs,
    subscriber: Subscriber<S>,
  ): Promise<S | ExecutionResult> {
    const key = toGroupKey(args, subscriber.scope, this.#documentKeys) ?? this.#unsharedKey(args);
    if (key.hasStart) {
      const single = await this.#openSingle(key, args);
      const isOpen = single instanceof Group || single instanceof SingleSubscription;
      return isOpen ? this.#join(single, subscriber) : single;
    }
    while (true) {
      const group = await this.#joinable.find(key, args);
      if (!isJoinable(group)) return group;
      // A group that has ended meanwhile can no longer be joined; the next lookup finds or opens another one.
      if (!group.isOver) return this.#join(group, subscriber);
    }
  }

  /** Ends every group. */
  close(): void {
    this.#stalled.stop();
    for (const group of [...this.#groups, ...this.#singles]) group.close();
    for (const opening of this.#joinable.values()) {
      opening.then((group) => (isJoinable(group) ? group.close() : undefined)).catch(this.#options.report);
    }
  }

  #join<S extends GroupSubscription>(group: JoinableGroup | SingleSubscription, { open }: Subscriber<S>): S {
    this.#subscriptionCount += 1;
    return group.join(open);
  }

  /** A unique key for an operation whose variables are wrong, so that it shares nothing. */
  #unsharedKey({ document }: ExecutionArgs): GroupKey {
    this.#unshared += 1;
    const payload = `unshared ${this.#unshared}`;
    return { payload, group: payload, listed: 0, eventDocument: document, hasStart: false };
  }

  async #open(key: GroupKey, args: ExecutionArgs, onEnd: () => void): Promise<Opened> {
    const started = await this.#start(key, args);
    if (!('source' in started)) return started;
    const { source, encode } = started;
    if (!isShared(source)) throw new TypeError('a shared subscription that begins in the past');
    const { payload } = key;
    const end = (): void => {
      this.#groups.delete(group);
      onEnd();
    };
    // A source without topics has ended already. Its last events are those of a group.
    const isList = key.group !== payload && isListed(source) && source.topics.length > 0;
    const group: JoinableGroup = isList
      ? this.#watchLists.open({ payload, source, encode, ...this.#subscriptionOptions, onEnd: end })
      : new Group({ source, ...this.#toOptions(payload, encode, end) });
    this.#groups.add(group);
    return group;
  }

  /** Opens a group for an operation that cannot join another one. */
  async #openSingle(key: GroupKey, args: ExecutionArgs): Promise<Group | SingleSubscription | ExecutionResult> {
    const started = await this.#start(key, args);
    if (!('source' in started)) return started;
    const { source, encode } = started;
    const options = this.#toOptions(key.payload, encode, () => this.#singles.delete(single));
    // The start argument can belong to another operation in the document.
    const single = isShared(source)
      ? new Group({ source, ...options })
      : new SingleSubscription({ source, ...options });
    this.#singles.add(single);
    return single;
  }

  #start({ eventDocument }: GroupKey, args: ExecutionArgs): Promise<StartedEvents | ExecutionResult> {
    return startEvents(args, eventDocument, { ...this.#options, turns: this.#turns });
  }

  /** The options of every group. `onEnd` is called once. */
  #toOptions(payload: string, encode: EncodePayload, onEnd: () => void): Omit<SingleSubscriptionOptions, 'source'> {
    return {
      ...this.#subscriptionOptions,
      encode: this.#payloads.take(payload, encode),
      counts: this.counts,
      onEnd: () => {
        this.#payloads.release(payload);
        onEnd();
      },
    };
  }
}
