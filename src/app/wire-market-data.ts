import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { ThrottledLog } from '../base/throttled-log.ts';
import { createCandleStreams } from '../candles/timeframes/streams.ts';
import { withAnyTimeframe } from '../candles/timeframes/with-any-timeframe.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Config } from '../config/load-config.ts';
import type { Exchanges } from '../exchange/clients/exchanges.ts';
import { createMarketData } from '../exchange/fetch/create-market-data.ts';
import type { ExchangeStreams } from '../exchange/streams/streams.ts';
import { createFeeds, type Feeds } from '../feed/live/feeds.ts';
import { LiveMarketData } from '../feed/live/live-market-data.ts';
import { createLiveOperations, type LiveOperations } from '../feed/live/live-operations.ts';
import { createFeedRelay } from '../feed/relay/feed-relay.ts';
import type { MarketData } from '../market/ports/market-data.ts';
import type { Recorder } from '../telemetry/metrics/recorder.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import { createCachedMarketData } from './cached-market-data.ts';
import type { DescriptorLog } from './descriptor-limit.ts';
import { openExchanges } from './open-exchanges.ts';

export interface WireMarketDataOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly throttled: ThrottledLog;
  readonly descriptorLog: DescriptorLog;
  readonly recorder: Recorder;
  readonly tracing: Tracing | null;
  /** Null without other instances. */
  readonly cluster: Cluster | null;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
}

/** All market data of the server, and the parts that must be closed at the end. */
export interface WiredMarketData {
  /** For queries. */
  readonly marketData: MarketData;
  /** The size of all kept texts of candles, in bytes. */
  readonly candleTextBytes: () => number;
  /** For subscriptions. */
  readonly live: LiveOperations;
  readonly feeds: Feeds;
  readonly streams: ExchangeStreams;
  readonly exchanges: Exchanges;
}

/**
 * Market data from the exchanges up to the clients. Subscriptions go from the exchanges through the caches and candles
 * to the feeds; queries ask the feeds first, then the caches. With other instances, the cluster stands between these and
 * the exchanges, and this instance serves the others from its own caches and feeds.
 */
export function wireMarketData(options: WireMarketDataOptions): WiredMarketData {
  const { config, log, recorder, clock, random, cluster } = options;
  const { staleMaxMs } = config;
  const { exchanges, streams } = openExchanges(options);
  const exchangeData = createMarketData(exchanges, clock);
  const cached = createCachedMarketData({
    upstream: cluster ? cluster.source(exchangeData) : exchangeData,
    ...(cluster ? { sharedBytes: cluster.sharedBytes } : {}),
    clock,
    tickerTtlMs: config.tickerTtlMs,
    staleMaxMs,
    upstreamTimeoutMs: config.upstreamTimeoutMs,
    onLookup: recorder.recordLookup,
    onRenewal: recorder.recordRenewal,
    onSharedPage: (isHit) => recorder.cluster.onShared('candle_pages', isHit ? 'hit' : 'miss'),
  });
  const feedData = cluster ? cluster.feedData(cached) : cached;
  // The owner of an exchange builds the candles that the exchange lacks, once for all instances.
  const local = withAnyTimeframe(streams, createCandleStreams({ streams, marketData: cached, clock }));
  // Loading the code of an exchange takes a second on a small machine, which a takeover would last longer. No call is made.
  const prepare = (exchange: string): void => void exchanges.get(exchange).catch(() => {});
  const feedStreams = cluster ? cluster.streams(local, prepare) : local;
  const feeds = createFeeds({
    marketData: feedData,
    streams: feedStreams,
    openCandles: (request, listener) => feedStreams.open(request, listener),
    clock,
    random,
    pollIntervalMs: config.pollIntervalMs,
    lingerMs: config.lingerMs,
    silenceMs: config.streamSilenceMs,
    staleMaxMs,
    startTimeoutMs: config.upstreamTimeoutMs,
    onHealth: (exchange, error) => {
      // The logs of calls and circuits have informed the operator already.
      if (!error) return log.debug({ exchange }, `polling ${exchange} works again`);
      const message = `polling ${exchange} started to fail, and its live data is marked stale: ${error.message}`;
      log.debug({ exchange, code: error.code }, message);
    },
  });
  const marketData = new LiveMarketData({ upstream: cached, feeds, clock, staleMaxMs });
  if (cluster) {
    const relay = createFeedRelay({ feeds, streams, upstream: cached, clock });
    cluster.serve({ marketData, feedData: relay.marketData, streams: relay.streams, candles: cached.candles });
  }
  const live = createLiveOperations({ feeds, marketData, clock, timeoutMs: config.upstreamTimeoutMs });
  return { marketData, candleTextBytes: () => cached.candleTextBytes, live, feeds, streams, exchanges };
}
