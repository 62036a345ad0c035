import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { WebSocket } from 'ws';
import { Yielding } from '../../base/yielding.ts';
import { slowConsumer } from '../../market/slow-consumer.ts';
import { isShared } from './event-source.ts';
import { Group, type GroupOptions } from './group.ts';
import { type DocumentKeys, toGroupKey } from './group-key.ts';
import type { DeliveryCounts, GroupSubscription } from './group-subscription.ts';
import { JoinableGroups } from './joinable-groups.ts';
import { type EncodePayload, PayloadPrefixes } from './payload-prefix.ts';
import { SingleSubscription } from './single-subscription.ts';
import { StalledSubscriptions } from './stalled-subscriptions.ts';
import { type StartedEvents, startEvents, toErrorPrefix } from './start-events.ts';

/** The operation of a client. */
export interface Subscriber {
  readonly socket: WebSocket;
  /** The operation's id. */
  readonly id: string;
  /** Says who may see what: operations of different scopes never share an answer. */
  readonly scope: string;
}

export interface FanoutOptions {
  /** Creates what the resolvers of a group work with. */
  readonly createContext: () => unknown;
  /** Called with unexpected errors, which clients see masked. */
  readonly report: (error: unknown) => void;
}

const slowConsumerPrefix = toErrorPrefix(slowConsumer());

/**
 * Delivers the events of subscriptions to the sockets of many clients.
 *
 * Ten thousand clients that watch the same market ask for the same answer to every tick. Executed and serialised for each
 * of them, a tick would keep one core busy for a second, and a client that reads slowly would fill the memory with messages
 * it has not read. So subscriptions form groups. Each distinct payload (the selection and the value) is executed and
 * encoded once, and every socket gets the same bytes with its own operation id at the end.
 *
 * - Subscriptions with the same payload key share a group and its event source (`JoinableGroups`, `Group`). A group opens
 *   with its first subscription, may be joined while it is serving, and ends with its source or its last subscription.
 *   While its exchange fails it is not joined: a newcomer starts anew, and is refused if nothing comes.
 * - A subscription with a start in the past has a history of its own, and a group of its own (`SingleSubscription`).
 * - Groups with the same key that exist beside each other still share encoded payloads (`PayloadPrefixes`).
 * - A socket that is full is stalled: the newest message of each key waits for it (`GroupSubscription`), and a timer looks
 *   whether it has drained (`StalledSubscriptions`). One that would lose something gets SLOW_CONSUMER and ends.
 *
 * graphql-ws keeps the protocol. It iterates a `GroupSubscription` that yields nothing, and learns from it only the end.
 */
export class Fanout {
  readonly #options: FanoutOptions;
  readonly #joinable = new JoinableGroups((payload, args, onEnd) => this.#open(payload, args, onEnd));
  readonly #groups = new Set<Group>();
  /** Groups of operations that begin in the past, which no other operation joins. */
  readonly #singles = new Set<Group | SingleSubscription>();
  readonly #documentKeys: DocumentKeys = new WeakMap();
  readonly #prefixes = new PayloadPrefixes();
  readonly #stalled = new StalledSubscriptions();
  readonly #turns = new Yielding();
  #unshared = 0;
  #subscriptionCount = 0;

  /** How much was sent since the start. */
  readonly counts: DeliveryCounts = { messages: 0, conflated: 0, slowConsumers: 0 };

  constructor(options: FanoutOptions) {
    this.#options = options;
  }

  get groupCount(): number {
    return this.#groups.size + this.#singles.size;
  }

  /** How many different payloads groups make of an event. */
  get payloadCount(): number {
    return this.#prefixes.payloadCount;
  }

  /** Subscriptions of all sockets. */
  get subscriptionCount(): number {
    return this.#subscriptionCount;
  }

  /**
   * Begins a subscription. Resolves with what graphql-ws is to iterate, which yields nothing since the messages are written
   * to the socket from here, or with the errors because of which there is none.
   */
  async subscribe(args: ExecutionArgs, subscriber: Subscriber): Promise<GroupSubscription | ExecutionResult> {
    const { payload, hasStart } = toGroupKey(args, subscriber.scope, this.#documentKeys) ?? this.#unsharedKey();
    if (hasStart) {
      const single = await this.#openSingle(payload, args);
      const isOpen = single instanceof Group || single instanceof SingleSubscription;
      return isOpen ? this.#join(single, subscriber) : single;
    }
    while (true) {
      const group = await this.#joinable.find(payload, args);
      if (!(group instanceof Group)) return group;
      // A group that has ended meanwhile is no longer joinable, and the next look finds or opens another.
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

  #join(group: Group | SingleSubscription, { socket, id }: Subscriber): GroupSubscription {
    this.#subscriptionCount += 1;
    return group.join(socket, id);
  }

  /** A key for an operation whose variables are wrong, which shares nothing. */
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

  /** Opens a group for an operation that joins no other. */
  async #openSingle(payload: string, args: ExecutionArgs): Promise<Group | SingleSubscription | ExecutionResult> {
    const started = await this.#start(args);
    if (!('source' in started)) return started;
    const { source, encode } = started;
    const options = this.#toOptions(payload, encode, () => this.#singles.delete(single));
    // The start may have been that of another operation in the document.
    const single = isShared(source)
      ? new Group({ source, ...options })
      : new SingleSubscription({ source, ...options });
    this.#singles.add(single);
    return single;
  }

  #start(args: ExecutionArgs): Promise<StartedEvents | ExecutionResult> {
    return startEvents(args, { ...this.#options, turns: this.#turns });
  }

  /** What all groups have in common; `onEnd` is called once. */
  #toOptions(payload: string, encode: EncodePayload, onEnd: () => void): Omit<GroupOptions, 'source'> {
    return {
      encode: this.#prefixes.take(payload, encode),
      slowConsumer: slowConsumerPrefix,
      counts: this.counts,
      onStalled: (subscription) => this.#stalled.add(subscription),
      onLeave: (subscription) => {
        this.#subscriptionCount -= 1;
        this.#stalled.remove(subscription);
      },
      onEnd: () => {
        this.#prefixes.release(payload);
        onEnd();
      },
    };
  }
}
