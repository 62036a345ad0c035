import { setImmediate as nextTurn } from 'node:timers/promises';
import { Yielding } from '../../base/yielding.ts';
import type { FeedEvent } from '../../feed/reconcile/feed-event.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { EncodedPayload, EncodePayload } from './encoded-payload.ts';
import type { ListedEventSource, SharedTopicsSource } from './event-source.ts';
import { writesPerTurn } from './group.ts';
import type { DeliveryCounts, GroupSubscription } from './group-subscription.ts';
import { LastSent } from './last-sent.ts';
import { ListsByMarket } from './lists-by-market.ts';
import type { ListHost, WatchList } from './watch-list.ts';

export interface ListBroadcastOptions {
  readonly source: SharedTopicsSource;
  readonly encode: EncodePayload;
  readonly counts: DeliveryCounts;
  /** Called once, when no list is left or the source has ended. */
  readonly onEnd: () => void;
}

/**
 * Sends the events of markets to all watch lists with the same payload key.
 *
 * Every user has a watch list of their own, but a tick of BTC/USDT is the same bytes for all who see it in the same way.
 * If each list were a group, each would read, execute and encode the tick for itself, and 200 lists would cost six times
 * as much as one list of 200 users. So lists with the same payload key share one event source, and one execution and
 * encoding per tick. For a list, a tick is a look-up in a set and a write to each of its subscriptions.
 *
 * - A list begins like any other operation: with a source of its own, which waits, refuses and names unknown symbols.
 *   Then the broadcast takes over its topics (`add`), and that source ends.
 * - A subscription that is started receives the latest event of each of its markets, then each newer event.
 * - A market that ends leaves its lists. A list without a market ends; the error is its last event.
 * - It ends with its last list, or when the server stops.
 */
export class ListBroadcast implements ListHost {
  readonly #options: ListBroadcastOptions;
  readonly #lists = new Set<WatchList>();
  readonly #byMarket = new ListsByMarket();
  readonly #lastSent = new LastSent(Number.POSITIVE_INFINITY);
  readonly #turns = new Yielding();
  #isOver = false;

  constructor(options: ListBroadcastOptions) {
    this.#options = options;
    void this.#run();
  }

  /** Number of events offered so far. */
  get offered(): number {
    return this.#options.source.offered;
  }

  /** Adds a list with the topics of its own source. The caller ends that source afterwards. */
  add(list: WatchList, topics: ListedEventSource['topics']): void {
    this.#lists.add(list);
    this.#byMarket.add(list);
    this.#options.source.add(topics);
  }

  remove(list: WatchList): void {
    this.#lists.delete(list);
    for (const key of list.keys) this.#leave(list, key);
    if (this.#lists.size > 0) return;
    this.#end();
  }

  isReady({ keys }: WatchList): boolean {
    return keys.some((key) => this.#options.source.isReady(key));
  }

  /** Sends the latest events to a subscription that has been started. */
  async sendLatest({ keys }: WatchList, subscription: GroupSubscription): Promise<void> {
    const { source, encode } = this.#options;
    const latest = keys.flatMap((key) => source.latest(key));
    const known = latest.map(({ key }) => key);
    subscription.expectLatest(known, source.offered);
    // What it does not receive now, it must receive later, even if the others have it already.
    const isKnown = new Set(known);
    for (const key of keys) if (!isKnown.has(key)) this.#lastSent.onJoin(key, null);
    for (const event of latest) {
      const payload = await encode(event);
      // Thousands of lists can begin at once, when an exchange answers.
      await this.#turns.run(() => {
        if (subscription.sendLatest(event.key, payload)) this.#lastSent.onJoin(event.key, payload);
      });
    }
  }

  async #run(): Promise<void> {
    const { source, encode } = this.#options;
    for await (const event of source) {
      const number = source.taken;
      if (event.value instanceof MarketDataError) await this.#endMarket(event, number);
      else await this.#send(event.key, number, await encode(event));
    }
    this.#end();
    for (const list of [...this.#lists]) list.close();
  }

  async #send(key: string, number: number, payload: EncodedPayload): Promise<void> {
    // All lists have left the market while the event was executed.
    if (!this.#byMarket.has(key)) return;
    if (this.#lastSent.isRepeated(key, payload)) {
      for (const { size } of this.#byMarket.of(key)) this.#options.counts.unchanged += size;
      return;
    }
    let sent = 0;
    let isToAll = true;
    for (const list of this.#byMarket.of(key)) {
      for (const subscription of list) {
        isToAll = subscription.send(key, number, payload) && isToAll;
        sent += 1;
        if (sent % writesPerTurn === 0) await nextTurn();
      }
    }
    this.#lastSent.onSent(key, payload, isToAll);
  }

  /** A market has ended with an error, which is the last event of a list that has no other market. */
  async #endMarket(event: FeedEvent<object>, number: number): Promise<void> {
    this.#lastSent.forget(event.key);
    const finished: WatchList[] = [];
    for (const list of [...this.#byMarket.of(event.key)]) {
      // The market is another one, with the same name, for a list that began later.
      if (list.begunAt >= number) continue;
      this.#leave(list, event.key);
      if (list.onMarketEnd()) finished.push(list);
    }
    if (finished.length === 0) return;
    const payload = await this.#options.encode(event);
    for (const list of finished) {
      for (const subscription of list) subscription.send('error', Number.POSITIVE_INFINITY, payload);
      list.close(payload);
    }
  }

  #leave(list: WatchList, key: string): void {
    if (!this.#byMarket.remove(key, list)) return;
    this.#options.source.remove(key);
    this.#lastSent.forget(key);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd();
    void this.#options.source.return();
  }
}
