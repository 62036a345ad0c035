import type { Exchange } from 'ccxt';
import { type Clock, sleep } from '../../base/clock.ts';
import type { StreamInstance } from '../clients/stream-instance.ts';
import type { StreamBatchSizes } from '../learned/stream-batches.ts';
import { allMarketParams, hasAllMarketTickers } from '../quirks/all-market-quirks.ts';
import type { BatchMember } from './batch-members.ts';
import type { MessagePace } from './message-pace.ts';
import { forget, isInPlace, place, type Registration, registrationOf, resolve } from './registration.ts';
import type { Subscription } from './subscription.ts';

export interface AllMarketTickersOptions {
  readonly clock: Clock;
  readonly exchange: string;
  readonly batchSizes: StreamBatchSizes;
}

/** A subscription that takes its tickers from the channel. */
interface Passenger {
  readonly registration: Registration;
  /** The ticker that it received last, or that ccxt kept before. */
  last: unknown;
  hasDelivered: boolean;
}

/** The channel of all markets over one socket. */
interface Carrier {
  readonly instance: StreamInstance;
  readonly url: string;
  readonly passengers: Map<Subscription, Passenger>;
}

/** The channel is requested if at least as many subscriptions come together: it also brings all other markets. */
const minPassengers = 11;

/** A market for which nothing has come for so long gets a channel of its own, in ms. */
const fallBackMs = 10_000;

/** What `StreamBatchSizes` remembers about the channel: 1 if it brings nothing. */
const learnedKind = 'ticker of all markets';

/**
 * Takes tickers of many markets from one channel that has all of them, where ccxt otherwise sends one message for each
 * market. A screen of 300 markets takes one message then.
 *
 * Each subscription still waits in its own watch call, so that its failures, reconnects and silences are treated as
 * without the channel. Its subscription is marked as sent, so that ccxt sends nothing for it, and what the channel
 * brings is handed to the call under its own name. For that, one loop watches the channel. It compares what ccxt keeps
 * of each passenger with what was handed over last: the value of the call itself lacks what came between two calls.
 *
 * - Who joins later takes a seat without a message, and who leaves gives it up. When nobody is left, the owner replaces
 *   the connection, as it does where ccxt cannot unsubscribe.
 * - A market that the channel does not bring is requested alone.
 * - If it brings nothing at all or is refused, all are, and it is not requested again for an hour.
 */
export class AllMarketTickers {
  readonly #options: AllMarketTickersOptions;
  readonly #pace: MessagePace;
  readonly #closing: AbortSignal;
  readonly #carriers = new Set<Carrier>();
  /** Subscriptions for which the channel brought nothing. */
  readonly #alone = new WeakSet<Subscription>();

  constructor(options: AllMarketTickersOptions, pace: MessagePace, closing: AbortSignal) {
    this.#options = options;
    this.#pace = pace;
    this.#closing = closing;
  }

  mayCarry(subscription: Subscription): boolean {
    const { exchange, batchSizes } = this.#options;
    const isTicker = subscription.channel.kind === 'ticker' && hasAllMarketTickers(exchange);
    return isTicker && !this.#alone.has(subscription) && batchSizes.maxOf(learnedKind) > 1;
  }

  /** Serves subscriptions of one URL. Resolves with about when their message is sent; null if they are not served. */
  async carry(instance: StreamInstance, members: readonly BatchMember[]): Promise<number | null> {
    const [first] = members;
    if (!first || !members.every(({ subscription }) => this.mayCarry(subscription))) return null;
    const { url } = first.registration;
    const known = [...this.#carriers].find((carrier) => carrier.instance === instance && carrier.url === url);
    if (!known && members.length < minPassengers) return null;
    const watch = this.#watchOf(instance.exchange, first.subscription);
    const registration = await registrationOf(instance.exchange, watch);
    if (registration?.url !== url || instance.isBroken || this.#closing.aborted) return null;
    if (!known && isInPlace(instance.exchange, registration)) return null;
    const carrier = known ?? { instance, url, passengers: new Map() };
    for (const { subscription, registration: own } of members) {
      place(instance.exchange, own);
      const last: unknown = instance.exchange.tickers[subscription.channel.symbol];
      carrier.passengers.set(subscription, { registration: own, last, hasDelivered: false });
    }
    const sentAt = known ? this.#options.clock.now() : this.#pace.add(instance.messagePauseMs);
    if (!known) void this.#work(carrier, watch);
    void this.#fallBack(carrier, members);
    return sentAt;
  }

  /** Ends a subscription. Returns null if it is not served here, false if the channel serves nobody now. */
  leave(subscription: Subscription): boolean | null {
    const carrier = this.#carrierOf(subscription);
    if (!carrier) return null;
    this.#unseat(carrier, subscription);
    return carrier.passengers.size > 0;
  }

  /** The exchange refused a subscription, or the channel. Returns true if it can be requested alone. */
  onRefused(subscription: Subscription): boolean {
    const carrier = this.#carrierOf(subscription);
    if (!carrier) return false;
    this.#unseat(carrier, subscription);
    this.#alone.add(subscription);
    return true;
  }

  /** Requests a subscription alone if it was served here. */
  requestAlone(subscription: Subscription): boolean {
    const { exchange } = this.#carrierOf(subscription)?.instance ?? {};
    if (!exchange || !this.onRefused(subscription)) return false;
    // The connection waits for its messages already.
    subscription.request(exchange, exchange).catch(() => {});
    return true;
  }

  #carrierOf(subscription: Subscription): Carrier | undefined {
    return [...this.#carriers].find(({ passengers }) => passengers.has(subscription));
  }

  #unseat({ instance, passengers }: Carrier, subscription: Subscription): void {
    const passenger = passengers.get(subscription);
    passengers.delete(subscription);
    if (passenger) forget(instance.exchange, passenger.registration);
  }

  #watchOf(exchange: Exchange, { channel }: Subscription): (copy: Exchange) => Promise<unknown> {
    const params = allMarketParams(this.#options.exchange, exchange.market(channel.symbol).type) ?? {};
    return (copy) => copy.watchTickers(undefined, params);
  }

  async #work(carrier: Carrier, watch: (copy: Exchange) => Promise<unknown>): Promise<void> {
    const { instance } = carrier;
    this.#carriers.add(carrier);
    let failures = 0;
    while (failures < 2 && !this.#closing.aborted && !instance.isBroken) {
      try {
        await watch(instance.exchange);
        failures = 0;
        this.#handOver(carrier);
      } catch {
        // Once, it may be the error of another channel, which ccxt reports to all of them.
        failures += 1;
      }
    }
    if (!this.#closing.aborted && !instance.isBroken) this.#giveUp(carrier);
    this.#carriers.delete(carrier);
  }

  #handOver({ instance: { exchange }, passengers }: Carrier): void {
    for (const [subscription, passenger] of passengers) {
      const ticker: unknown = exchange.tickers[subscription.channel.symbol];
      if (ticker === passenger.last || !resolve(exchange, passenger.registration, ticker)) continue;
      passenger.last = ticker;
      passenger.hasDelivered = true;
    }
  }

  async #fallBack(carrier: Carrier, members: readonly BatchMember[]): Promise<void> {
    await sleep(this.#options.clock, this.#pace.busyMs + fallBackMs, this.#closing);
    if (this.#closing.aborted || carrier.instance.isBroken) return;
    if (![...carrier.passengers.values()].some(({ hasDelivered }) => hasDelivered)) return this.#giveUp(carrier);
    for (const { subscription } of members) {
      if (carrier.passengers.get(subscription)?.hasDelivered === false) this.#requestPaced(carrier, subscription);
    }
  }

  /** The channel brings nothing: its passengers continue without it. */
  #giveUp(carrier: Carrier): void {
    if (carrier.passengers.size === 0) return;
    this.#options.batchSizes.learn(learnedKind, 1);
    for (const subscription of [...carrier.passengers.keys()]) this.#requestPaced(carrier, subscription);
  }

  #requestPaced({ instance }: Carrier, subscription: Subscription): void {
    if (this.requestAlone(subscription)) this.#pace.add(instance.messagePauseMs);
  }
}
