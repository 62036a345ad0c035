import type { MarketData, MarketSource } from '../market/ports/market-data.ts';
import type { MarketStreams } from '../market/ports/market-streams.ts';
import type { SharedBytes } from '../market/ports/shared-bytes.ts';
import type { ClusterStatus } from './members/cluster-status.ts';
import type { SharedLimiter } from './shared/quotas.ts';

/** What this instance serves to the others for the exchanges that it owns. */
export interface OwnedData {
  /** Answers queries: live values first, then the caches, then the exchange. */
  readonly marketData: MarketData;
  /** Answers the calls of other instances' live feeds: from the feeds of this one if they are up to date. */
  readonly feedData: MarketData;
  /** The live values of this instance's feeds. */
  readonly streams: MarketStreams;
  /** Serves candles of any range from the stored pages. */
  readonly candles: Pick<MarketSource, 'candleLimits' | 'fetchCandleRange'>;
}

/**
 * The other instances. Of all instances, one owns each exchange: it makes all calls and holds all streams. This class
 * puts the others' exchanges behind the same ports: what `source`, `streams` and `feedData` return goes to the exchange
 * itself if this instance owns it, and otherwise to its owner.
 */
export interface Cluster {
  readonly status: ClusterStatus;
  /** Resolves once this instance is a member, or alone because Redis does not answer. */
  start(): Promise<void>;
  source(local: MarketSource): MarketSource;
  /**
   * Calls `prepare` when streams of an exchange are opened, whoever owns it: this instance may have to replace the owner
   * at any moment.
   */
  streams(local: MarketStreams, prepare: (exchange: string) => void): MarketStreams;
  /** For feeds: calls with `maxAgeMs` 0 go to the owner, past the caches of this instance. */
  feedData(local: MarketData): MarketData;
  readonly sharedBytes: SharedBytes;
  /** Creates a limiter of a quota that counts over all instances. */
  readonly createLimiter: (name: string, perMinute: number) => Promise<SharedLimiter>;
  /** Starts to serve the other instances. */
  serve(owned: OwnedData): void;
  /** Gives all its exchanges to other instances. From then on it owns nothing. */
  handOver(): Promise<void>;
  close(): Promise<void>;
  /** Connections to Redis that are open. */
  readonly connectionCount: number;
}
