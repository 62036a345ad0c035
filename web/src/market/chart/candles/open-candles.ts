import type { Client } from 'urql';
import { openLive } from '../../../client/open-live.ts';
import type { CandleSeries } from './candle.ts';
import { CandleFeed } from './candle-feed.ts';
import { CandleUpdatedDocument } from './candles.graphql.ts';
import { loadCandles } from './load-candles.ts';

/** The candles of a series from the server, until the feed is closed. */
export function openCandles(client: Client, series: CandleSeries): CandleFeed {
  return new CandleFeed({
    load: (until) => loadCandles(client, series, until),
    follow: ({ since, onCandle, onFailure }) =>
      openLive({
        client,
        document: CandleUpdatedDocument,
        variables: () => ({
          ...series,
          // Read again after each reconnect, so that the candles that were missed come first.
          get since() {
            return since();
          },
        }),
        onData: ({ candleUpdated: { stale, ...candle } }) => onCandle(candle, stale),
        onFailure,
      }),
  });
}
