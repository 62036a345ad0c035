import type { Client } from 'urql';
import { type MarketRef, toKey } from '../../base/market-ref.ts';
import { retryTime, toFailure, withoutWait } from '../../client/error-text.ts';
import { ListDetailsDocument } from './list-details.graphql.ts';
import type { TickerStore } from './ticker-store.ts';

const unknownCodes: ReadonlySet<unknown> = new Set(['EXCHANGE_NOT_FOUND', 'SYMBOL_NOT_FOUND']);

/**
 * Asks once for what events do not say: the precision of prices, and why a market has none. Each exchange is asked
 * separately, so that one that hangs does not keep the others waiting. Failures that may pass are repaired by asking
 * again. The returned function ends it.
 */
export function loadDetails(client: Client, markets: readonly MarketRef[], store: TickerStore): () => void {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let isOver = false;

  async function load(group: readonly MarketRef[]): Promise<void> {
    const { data, error } = await client.query(ListDetailsDocument, { markets: group }).toPromise();
    if (isOver) return;
    for (const [index, market] of group.entries()) {
      const found = data?.watchlist[index];
      if (found) store.describe(toKey(market), found, found.market?.pricePrecision ?? null);
    }
    if (!error) return;
    const failure = toFailure(error);
    const retryAt = retryTime(failure);
    const missing = group.filter((_, index) => !data?.watchlist[index]);
    for (const market of missing) store.fail(toKey(market), { isUnknown: false, reason: failure.message, retryAt });
    for (const { path, message, extensions } of error.graphQLErrors) {
      const market = group[Number(path?.[1])];
      const isUnknown = unknownCodes.has(extensions.code);
      if (market)
        store.fail(toKey(market), { isUnknown, reason: withoutWait(message), retryAt: isUnknown ? null : retryAt });
    }
    const isFinal = failure.retryAfterMs === null;
    if (!isFinal && missing.length > 0) timers.add(setTimeout(() => void load(missing), failure.retryAfterMs));
  }

  for (const group of groupByExchange(markets)) void load(group);
  return () => {
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
  };
}

function groupByExchange(markets: readonly MarketRef[]): readonly (readonly MarketRef[])[] {
  const exchanges = [...new Set(markets.map(({ exchange }) => exchange))];
  return exchanges.map((id) => markets.filter(({ exchange }) => exchange === id));
}
