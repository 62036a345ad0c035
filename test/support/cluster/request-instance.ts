import type { Clock } from '../../../src/base/clock.ts';
import type { Bus } from '../../../src/cluster/connection/bus.ts';
import type { SharedStore } from '../../../src/cluster/connection/shared-store.ts';
import type { Owners } from '../../../src/cluster/members/owners.ts';
import type { SharedTime } from '../../../src/cluster/members/shared-time.ts';
import { createClusterFeedData } from '../../../src/cluster/requests/cluster-feed-data.ts';
import { createClusterSource } from '../../../src/cluster/requests/cluster-source.ts';
import { RequestClient } from '../../../src/cluster/requests/request-client.ts';
import { RequestServer } from '../../../src/cluster/requests/request-server.ts';
import { SharedReader } from '../../../src/cluster/requests/shared/shared-reader.ts';
import type { CandleSource, MarketData, MarketSource } from '../../../src/market/ports/market-data.ts';
import { RecordedEvents } from './fakes/recorded-events.ts';

export interface RequestInstanceOptions {
  readonly bus: Bus;
  readonly store: SharedStore;
  readonly owners: Owners;
  readonly time: SharedTime;
  readonly clock: Clock;
  /** What the exchanges answer to this instance. */
  readonly exchanges: MarketData & CandleSource;
  /** What it serves to others, for queries and for feeds. */
  readonly served?: MarketData;
  readonly servedToFeeds?: MarketData;
  readonly timeoutMs?: number;
  readonly maxRunning?: number;
}

/** One instance: it asks others, and serves them. */
export class RequestInstance {
  readonly events = new RecordedEvents();
  readonly client: RequestClient;
  readonly server: RequestServer;
  readonly reader: SharedReader;
  readonly source: MarketSource;
  readonly feedData: MarketData;

  constructor(options: RequestInstanceOptions) {
    const { exchanges, served = exchanges, servedToFeeds = exchanges, timeoutMs = 10_000, maxRunning } = options;
    const common = {
      ...options,
      channel: (name: string) => `channel:${name}`,
      key: (name: string) => `key:${name}`,
      events: this.events,
    };
    this.client = new RequestClient({ ...common, random: () => 0 });
    const data = { marketData: served, feedData: servedToFeeds, candles: exchanges };
    this.server = new RequestServer({ ...common, data, ...(maxRunning === undefined ? {} : { maxRunning }) });
    this.reader = new SharedReader(common);
    const asking = { ...common, client: this.client, reader: this.reader, timeoutMs };
    this.source = createClusterSource({ ...asking, local: exchanges });
    this.feedData = createClusterFeedData({ ...asking, local: exchanges });
  }

  close(): void {
    this.client.close();
    this.server.close();
  }
}
