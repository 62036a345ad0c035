import type { MarketRef } from '../base/market-ref.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';

/** Puts a market on the current watch list, and takes it off. */
export function WatchButton({ market }: { readonly market: MarketRef }) {
  const { lists } = useServices();
  useStore(lists.kept);
  const isWatched = lists.has(market);
  return (
    <button
      type="button"
      className="watch-button"
      aria-pressed={isWatched}
      aria-label={`Watch ${market.symbol}`}
      title={isWatched ? 'On the watch list' : 'Add to the watch list'}
      onClick={() => (isWatched ? lists.remove(market) : lists.add(market))}
    >
      {isWatched ? '★' : '☆'}
    </button>
  );
}
