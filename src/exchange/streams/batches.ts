import type { Exchange } from 'ccxt';
import { sleep } from '../../base/clock.ts';
import type { StreamInstance } from '../clients/stream-instance.ts';
import { maxMessageBytes, maxTopics } from '../quirks/batch-quirks.ts';
import { AllMarketTickers, type AllMarketTickersOptions } from './all-market.ts';
import { BatchMembers, type BatchMembersOptions } from './batch-members.ts';
import type { MessagePace } from './message-pace.ts';
import { isInPlace, type Registration, registerTogether, registrationOf } from './registration.ts';
import type { Subscription } from './subscription.ts';

export interface BatchesOptions extends BatchMembersOptions, AllMarketTickersOptions {
  /** True if each subscription is requested alone. */
  readonly requestsAlone: boolean;
}

/** A subscription that waits to be requested. */
interface Joining {
  readonly subscription: Subscription;
  readonly instance: StreamInstance;
  readonly signal: AbortSignal;
  readonly group: string;
  readonly resolve: (sentAt: number | null) => void;
}

interface Prepared extends Joining {
  readonly registration: Registration;
}

/** How long subscriptions are gathered before they are requested, in ms. */
const gatherMs = 20;

/**
 * Requests subscriptions of one connection that come together with one message. Exchanges accept only a few messages a
 * second, so a screen of 300 markets that were requested one by one would wait for a minute. Subscriptions are gathered
 * for a moment, and then as long as earlier messages wait for their turn. ccxt subscribes to a batch by one call, after
 * which each market is watched by its own call, which finds its subscription in place.
 *
 * Where the exchange has a channel for all markets, and ccxt no message for several, that channel is requested instead.
 *
 * A batch is an optimisation, never a condition:
 * - Where ccxt has no call for several markets, or one that would name them differently, each is requested alone.
 * - A message that is too long is divided.
 * - A refused batch is requested again in halves, until only the markets that the exchange refuses are left. These are
 *   alone then, and treated as if there had been no batch. If no market is to blame, the exchange limits the size: what
 *   it accepted is remembered for an hour.
 */
export class SubscriptionBatches {
  readonly #options: BatchesOptions;
  readonly #pace: MessagePace;
  readonly #closing: AbortSignal;
  readonly #members: BatchMembers;
  readonly #allMarket: AllMarketTickers;
  readonly #joining = new Set<Joining>();
  #isWorking = false;

  constructor(options: BatchesOptions, pace: MessagePace, closing: AbortSignal) {
    this.#options = options;
    this.#pace = pace;
    this.#closing = closing;
    this.#members = new BatchMembers(options, pace, closing);
    this.#allMarket = new AllMarketTickers(options, pace, closing);
  }

  /** The subscriptions that were requested together with others, and have no message yet. */
  get members(): BatchMembers {
    return this.#members;
  }

  /**
   * Requests a subscription together with others. Resolves with about when the message will have been sent, epoch ms;
   * with null if the caller must request it alone.
   */
  join(subscription: Subscription, instance: StreamInstance, signal: AbortSignal): Promise<number | null> {
    this.#members.delete(subscription);
    const group = subscription.groupOver(instance.exchange);
    if (group === null || this.#maxSizeFor(subscription) < 2) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#joining.add({ subscription, instance, signal, group, resolve });
      if (!this.#isWorking) void this.#work();
    });
  }

  /** The exchange refused a subscription. Returns true if it was requested with others, and can be in another way. */
  onRefused(subscription: Subscription, instance: StreamInstance): boolean {
    return this.#members.onRefused(subscription, instance) || this.#allMarket.onRefused(subscription);
  }

  /** Requests a subscription alone if it lacks messages of what it was requested with. Returns what was requested. */
  requestAlone(subscription: Subscription, instance: StreamInstance): readonly Subscription[] {
    if (this.#allMarket.requestAlone(subscription)) return [subscription];
    return this.#members.requestAlone(subscription, instance);
  }

  /**
   * Takes a subscription that ends from the channel for all markets. Returns null if it has one of its own, and false if
   * the channel continues for nobody.
   */
  leave(subscription: Subscription): boolean | null {
    return this.#allMarket.leave(subscription);
  }

  #maxSizeFor(subscription: Subscription): number {
    const { exchange, batchSizes, requestsAlone } = this.#options;
    const { symbol, kind } = subscription.channel;
    if (requestsAlone) return 1;
    if (this.#allMarket.mayCarry(subscription)) return Number.POSITIVE_INFINITY;
    const refused = this.#members.refusedBatchOf(subscription);
    const half = refused ? Math.ceil(refused.size / 2) : Number.POSITIVE_INFINITY;
    return Math.min(half, batchSizes.maxOf(kind), maxTopics(exchange, !symbol.includes(':')));
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    await sleep(this.#options.clock, gatherMs, this.#closing);
    while (this.#joining.size > 0) {
      await this.#paced();
      await this.#requestAll(this.#takeBatch());
    }
    this.#isWorking = false;
  }

  /** Waits until the messages so far have been sent. */
  async #paced(): Promise<void> {
    const { busyMs } = this.#pace;
    if (busyMs > 0) await sleep(this.#options.clock, busyMs, this.#closing);
  }

  /** Takes the longest waiting subscription, and as many like it as may join it. */
  #takeBatch(): readonly Joining[] {
    const [first] = this.#joining;
    if (!first) return [];
    const parent = this.#members.refusedBatchOf(first.subscription);
    const isLike = ({ group, instance, subscription }: Joining): boolean =>
      group === first.group && instance === first.instance && this.#members.refusedBatchOf(subscription) === parent;
    const taken = [...this.#joining].filter(isLike).slice(0, this.#maxSizeFor(first.subscription));
    for (const joining of taken) this.#joining.delete(joining);
    return taken;
  }

  /** Requests a batch, except for members that are in place or cannot be prepared: these are requested alone. */
  async #requestAll(batch: readonly Joining[]): Promise<void> {
    const [only] = batch;
    if (batch.length < 2 && !(only && this.#allMarket.mayCarry(only.subscription))) return release(batch);
    const registrations = await Promise.all(
      batch.map(({ subscription, instance: { exchange } }) =>
        registrationOf(exchange, (copy) => subscription.request(copy, exchange)),
      ),
    );
    const byUrl = new Map<string, Prepared[]>();
    for (const [index, joining] of batch.entries()) {
      const registration = registrations[index] ?? null;
      if (registration === null || isInPlace(joining.instance.exchange, registration)) {
        joining.resolve(null);
        continue;
      }
      const members = byUrl.get(registration.url) ?? [];
      members.push({ ...joining, registration });
      byUrl.set(registration.url, members);
    }
    for (const members of byUrl.values()) await this.#requestTogether(members);
  }

  async #requestTogether(all: readonly Prepared[]): Promise<void> {
    await this.#paced();
    const members = all.filter(({ signal, instance }) => !signal.aborted && !instance.isBroken);
    release(all.filter(({ signal, instance }) => signal.aborted || instance.isBroken));
    const [first] = members;
    if (!first) return;
    const carriedAt = await this.#allMarket.carry(first.instance, members);
    if (carriedAt !== null) {
      for (const { resolve } of members) resolve(carriedAt);
      return;
    }
    if (members.length < 2) return release(members);
    const { exchange, messagePauseMs } = first.instance;
    // Candles that are built from a timeframe may be wanted beside it: the exchange is asked once.
    const distinct = [...new Map(members.map((member) => [member.subscription.key, member])).values()];
    const channels = distinct.map(({ subscription }) => subscription.channel);
    const registrations = distinct.map(({ registration }) => registration);
    const watch = (copy: Exchange): Promise<unknown> => first.subscription.requestAll(copy, exchange, channels);
    const { outcome, messageIds } = await registerTogether(exchange, watch, registrations, maxMessageBytes);
    switch (outcome) {
      case 'registered': {
        const sentAt = this.#pace.add(messagePauseMs);
        this.#members.add(members, first.instance, messageIds);
        for (const { resolve } of members) resolve(sentAt);
        return;
      }
      case 'unsuitable':
        this.#options.batchSizes.learn(first.subscription.channel.kind, 1);
        return release(members);
      case 'tooLong':
      case 'failed': {
        const half = Math.ceil(members.length / 2);
        await this.#requestTogether(members.slice(0, half));
        await this.#requestTogether(members.slice(half));
      }
    }
  }
}

/** Each of these requests itself. */
function release(members: readonly Joining[]): void {
  for (const { resolve } of members) resolve(null);
}
