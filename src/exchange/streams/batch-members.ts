import type { Exchange } from 'ccxt';
import { type Clock, sleep } from '../../base/clock.ts';
import type { StreamInstance } from '../clients/stream-instance.ts';
import type { StreamBatchSizes } from '../learned/stream-batches.ts';
import type { MessagePace } from './message-pace.ts';
import { forget, type Registration, reject, takeRefusal } from './registration.ts';
import type { Subscription } from './subscription.ts';

export interface BatchMembersOptions {
  readonly clock: Clock;
  readonly batchSizes: StreamBatchSizes;
}

/** A subscription of a batch, and what ccxt remembers of it. */
export interface BatchMember {
  readonly subscription: Subscription;
  readonly registration: Registration;
}

/** Subscriptions that were requested with one message. */
export class Batch {
  readonly members: readonly Subscription[];
  /** The refused batch of which this is a part; null if it is the first attempt. */
  readonly parent: Batch | null;
  /** True once one of its members received a message. */
  hasDelivered = false;
  /** How many of its members the exchange refused, or ignored. */
  refused = 0;
  /** How many of these were then accepted in smaller batches, or alone. */
  accepted = 0;
  /** Later messages do not count as accepted, epoch ms: a market of which nothing came may have been idle. */
  countsUntil = Number.POSITIVE_INFINITY;

  constructor(members: readonly Subscription[], parent: Batch | null) {
    this.members = members;
    this.parent = parent;
  }

  get size(): number {
    return this.members.length;
  }
}

/** How long after its message was sent a batch may be known to be refused, in ms. */
const refusalMs = 2000;

/** How soon after its message was sent a market delivers that was not just idle, in ms. */
const deliveryMs = 5000;

/**
 * The members of batches that have been requested and have no message yet. If the exchange refuses a batch, its members
 * leave it, and remember that they must be requested again in a smaller one. What the smaller ones deliver shows whether
 * the size was to blame: then it is learned.
 */
export class BatchMembers {
  readonly #options: BatchMembersOptions;
  readonly #pace: MessagePace;
  readonly #closing: AbortSignal;
  readonly #batches = new WeakMap<Subscription, { readonly batch: Batch; readonly registration: Registration }>();
  /** The refused batches of subscriptions that have no message yet. */
  readonly #refused = new WeakMap<Subscription, Batch>();

  constructor(options: BatchMembersOptions, pace: MessagePace, closing: AbortSignal) {
    this.#options = options;
    this.#pace = pace;
    this.#closing = closing;
  }

  /** These were requested with one message. */
  add(members: readonly BatchMember[], { exchange }: StreamInstance, messageIds: readonly string[]): void {
    const [first] = members;
    if (!first) return;
    const subscriptions = members.map(({ subscription }) => subscription);
    const batch = new Batch(subscriptions, this.#refused.get(first.subscription) ?? null);
    for (const { subscription, registration } of members) {
      this.#refused.delete(subscription);
      this.#batches.set(subscription, { batch, registration });
    }
    void this.#passRefusalOn(batch, exchange, first.registration.url, messageIds);
  }

  delete(subscription: Subscription): void {
    this.#batches.delete(subscription);
  }

  has(subscription: Subscription): boolean {
    return this.#batches.has(subscription);
  }

  /** The refused batch that the subscription was in; null if there is none. */
  refusedBatchOf(subscription: Subscription): Batch | null {
    return this.#refused.get(subscription) ?? null;
  }

  /** A subscription has its first message. */
  onMessage(subscription: Subscription): void {
    const batch = this.#batches.get(subscription)?.batch;
    this.#batches.delete(subscription);
    if (batch?.hasDelivered) return;
    if (batch) batch.hasDelivered = true;
    const refused = batch ? batch.parent : this.refusedBatchOf(subscription);
    this.#refused.delete(subscription);
    if (!refused || this.#options.clock.now() > refused.countsUntil) return;
    const size = batch?.size ?? 1;
    refused.accepted += size;
    if (refused.accepted === refused.refused) this.#options.batchSizes.learn(subscription.channel.kind, size);
  }

  /** The exchange refused a subscription. Returns true if it was a member, and can be requested in a smaller batch. */
  onRefused(subscription: Subscription, { exchange }: StreamInstance): boolean {
    const membership = this.#batches.get(subscription);
    if (!membership) return false;
    const { batch, registration } = membership;
    this.#batches.delete(subscription);
    forget(exchange, registration);
    batch.refused += 1;
    this.#refused.set(subscription, batch);
    return true;
  }

  /**
   * Requests all members of a subscription's batch alone if none of them has received anything: some exchanges ignore
   * messages that they do not like. If half of them deliver soon, they were not just idle. Returns the members.
   */
  requestAlone(subscription: Subscription, { exchange, messagePauseMs }: StreamInstance): readonly Subscription[] {
    const batch = this.#batches.get(subscription)?.batch;
    if (!batch || batch.hasDelivered) return [];
    const alone = batch.members.filter((member) => {
      const membership = this.#batches.get(member);
      if (membership?.batch !== batch) return false;
      forget(exchange, membership.registration);
      this.#batches.delete(member);
      this.#refused.set(member, batch);
      // The connection waits for its messages already.
      member.request(exchange, exchange).catch(() => {});
      return true;
    });
    batch.refused = Math.ceil(alone.length / 2);
    const sentInMs = this.#pace.busyMs + alone.length * messagePauseMs;
    batch.countsUntil = this.#options.clock.now() + sentInMs + deliveryMs;
    return alone;
  }

  /** Some classes of ccxt report a refusal under the id of the message, where no market's own call learns of it. */
  async #passRefusalOn(batch: Batch, exchange: Exchange, url: string, messageIds: readonly string[]): Promise<void> {
    await sleep(this.#options.clock, this.#pace.busyMs + refusalMs, this.#closing);
    const refusal = takeRefusal(exchange, url, messageIds);
    if (refusal === null) return;
    for (const member of batch.members) {
      const membership = this.#batches.get(member);
      if (membership?.batch === batch) reject(exchange, membership.registration, refusal);
    }
  }
}
