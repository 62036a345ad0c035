import type { Clock } from '../../base/clock.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { MarketStreams } from '../../market/ports/market-streams.ts';
import type { Feeds } from '../live/feeds.ts';
import { FeedAnswers } from './feed-answers.ts';
import { createFeedStreams } from './feed-streams.ts';
import { TradeLogs } from './trade-logs.ts';

export interface FeedRelayOptions {
  readonly feeds: Pick<Feeds, 'kindsOf'>;
  /** The streams of the feeds. */
  readonly streams: Pick<MarketStreams, 'offers'>;
  /** Answers what the feeds do not know. */
  readonly upstream: MarketData;
  readonly clock: Clock;
}

/** What this instance's feeds bring, for the feeds of other instances. */
export interface FeedRelay {
  readonly streams: MarketStreams;
  /** For calls with `maxAgeMs` 0. */
  readonly marketData: MarketData;
}

export function createFeedRelay({ feeds, streams, upstream, clock }: FeedRelayOptions): FeedRelay {
  const logs = new TradeLogs((market, subscriber) => {
    const { exchange, symbol } = market;
    return feeds.kindsOf(exchange).trades.join({ exchange, symbol }, subscriber);
  });
  return {
    streams: createFeedStreams({ feeds, streams, clock, logs }),
    marketData: new FeedAnswers({ feeds, upstream, clock, logs }),
  };
}
