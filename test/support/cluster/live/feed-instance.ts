import type { Clock } from '../../../../src/base/clock.ts';
import { createClusterFeedData } from '../../../../src/cluster/requests/cluster-feed-data.ts';
import { RequestClient } from '../../../../src/cluster/requests/request-client.ts';
import { RequestServer } from '../../../../src/cluster/requests/request-server.ts';
import { createFeeds, type Feeds } from '../../../../src/feed/live/feeds.ts';
import { createFeedRelay } from '../../../../src/feed/relay/feed-relay.ts';
import type { StreamKind } from '../../../../src/market/ports/market-streams.ts';
import type { FakeMarketData } from '../../fakes/fake-market-data.ts';
import { lingerMs, pollIntervalMs, silenceMs, staleMaxMs, startTimeoutMs } from '../../feed/live-feeds.ts';
import type { FakeBus } from '../fakes/fake-network.ts';
import type { FakeOwners } from '../fakes/fake-owners.ts';
import { FakeStore } from '../fakes/fake-store.ts';
import { timeAheadBy } from '../fakes/fake-time.ts';
import { RecordedEvents } from '../fakes/recorded-events.ts';
import { LiveInstance } from './live-instances.ts';

export interface FeedInstanceOptions {
  readonly bus: FakeBus;
  readonly owners: FakeOwners;
  readonly clock: Clock;
  /** The calls of the exchange, which all instances share. */
  readonly exchanges: FakeMarketData;
  /** What the exchange streams. */
  readonly streamed: readonly StreamKind[];
}

/** One instance with real feeds: live data and the calls of feeds go to the owner of the exchange. */
export class FeedInstance {
  readonly live: LiveInstance<FakeBus, FakeOwners>;
  readonly feeds: Feeds;
  readonly #client: RequestClient;
  readonly #server: RequestServer;

  constructor({ bus, owners, clock, exchanges, streamed }: FeedInstanceOptions) {
    const time = timeAheadBy(0);
    this.live = new LiveInstance({ bus, owners, time, clock, served: null });
    this.live.local.offer(...streamed);
    const requests = {
      ...{ bus, owners, time, clock, store: new FakeStore(clock), events: new RecordedEvents() },
      channel: (name: string) => `channel:${name}`,
      key: (name: string) => `key:${name}`,
    };
    this.#client = new RequestClient({ ...requests, random: () => 0 });
    const { streams } = this.live;
    const marketData = createClusterFeedData({ local: exchanges, client: this.#client, owners, timeoutMs: 5000 });
    this.feeds = createFeeds({
      ...{ marketData, streams, clock, pollIntervalMs, lingerMs, silenceMs, staleMaxMs, startTimeoutMs },
      openCandles: (request, listener) => streams.open(request, listener),
      random: () => 0,
      onHealth: () => {},
    });
    const relay = createFeedRelay({ feeds: this.feeds, streams, upstream: marketData, clock });
    this.live.relays.serve(relay.streams);
    const data = { marketData: exchanges, feedData: relay.marketData, candles: exchanges };
    this.#server = new RequestServer({ ...requests, data });
  }

  /** Ends it as SIGKILL does: without a word to the others. */
  kill(): void {
    this.live.bus.isDown = true;
  }

  close(): void {
    this.live.close();
    this.#client.close();
    this.#server.close();
  }
}
