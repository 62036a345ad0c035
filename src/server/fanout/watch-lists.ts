import type { EncodePayload } from './encoded-payload.ts';
import type { ListedEventSource } from './event-source.ts';
import type { DeliveryCounts } from './group-subscription.ts';
import { ListBroadcast } from './list-broadcast.ts';
import type { SharedPayloads } from './shared-payloads.ts';
import { WatchList, type WatchListOptions } from './watch-list.ts';

export interface WatchListsOptions {
  readonly payloads: SharedPayloads;
  readonly counts: DeliveryCounts;
}

/** The source of a new watch list, and how its events become payloads. */
export interface NewWatchList extends Pick<WatchListOptions, 'slowConsumer' | 'onStalled' | 'onLeave' | 'onEnd'> {
  /** The payload key. */
  readonly payload: string;
  readonly source: ListedEventSource;
  readonly encode: EncodePayload;
}

/** Opens watch lists. Those with the same payload key share a broadcast, which opens with the first of them. */
export class WatchLists {
  readonly #options: WatchListsOptions;
  readonly #broadcasts = new Map<string, ListBroadcast>();

  constructor(options: WatchListsOptions) {
    this.#options = options;
  }

  /** Opens a list for a source that has topics. The source ends, because the broadcast takes over its topics. */
  open({ payload, source, encode, ...options }: NewWatchList): WatchList {
    const broadcast = this.#broadcasts.get(payload) ?? this.#openBroadcast(payload, source, encode);
    const { topics, hasLostTopic } = source;
    const list = new WatchList({
      ...options,
      host: broadcast,
      keys: topics.map(({ key }) => key),
      begunAt: broadcast.offered,
      hasLostMarket: hasLostTopic,
      counts: this.#options.counts,
    });
    broadcast.add(list, topics);
    void source.return();
    return list;
  }

  #openBroadcast(payload: string, source: ListedEventSource, encode: EncodePayload): ListBroadcast {
    const { payloads, counts } = this.#options;
    const broadcast = new ListBroadcast({
      source: source.createShared(),
      encode: payloads.take(payload, encode),
      counts,
      onEnd: () => {
        payloads.release(payload);
        if (this.#broadcasts.get(payload) === broadcast) this.#broadcasts.delete(payload);
      },
    });
    this.#broadcasts.set(payload, broadcast);
    return broadcast;
  }
}
