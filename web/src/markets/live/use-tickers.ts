import { useEffect, useState } from 'react';
import { type MarketRef, toKey } from '../../base/market-ref.ts';
import type { Failure } from '../../client/error-text.ts';
import { openLive } from '../../client/open-live.ts';
import { useServices } from '../../client/services.ts';
import { FrameSchedule } from './frame-schedule.ts';
import { loadDetails } from './load-details.ts';
import { TickerStore } from './ticker-store.ts';
import { WatchlistUpdatedDocument } from './watchlist-updated.graphql.ts';

/** Seven times a second: more often, nobody can read a price before the next one. */
const renderMs = 150;

/** Follows the markets of a list with one subscription. `failure` is what has ended it, while it is not open again. */
export function useTickers(markets: readonly MarketRef[]): {
  readonly store: TickerStore;
  readonly failure: Failure | null;
} {
  const { client } = useServices();
  const [store] = useState(() => new TickerStore(new FrameSchedule(renderMs)));
  const [failure, setFailure] = useState<Failure | null>(null);

  useEffect(() => {
    store.retain(new Set(markets.map(toKey)));
    setFailure(null);
    if (markets.length === 0) return;
    const endDetails = loadDetails(client, markets, store);
    const endLive = openLive({
      client,
      document: WatchlistUpdatedDocument,
      variables: () => ({ markets }),
      onData: ({ watchlistUpdated: ticker }) =>
        store.receive(toKey({ exchange: ticker.exchange.id, symbol: ticker.symbol }), ticker),
      onFailure: setFailure,
    });
    return () => {
      endLive();
      endDetails();
      store.close();
    };
  }, [client, store, markets]);

  return { store, failure };
}
