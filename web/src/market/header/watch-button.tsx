import type { MarketRef } from '../../base/market-ref.ts';
import { useStore } from '../../base/store.ts';
import { useServices } from '../../client/services.ts';

/** Adds the market to the current watch list, or removes it from there. */
export function WatchButton({ market }: { readonly market: MarketRef }) {
  const { lists } = useServices();
  useStore(lists.kept);
  const isWatched = lists.has(market);
  return (
    <button
      type="button"
      className="watch-button"
      aria-pressed={isWatched}
      onClick={() => (isWatched ? lists.remove(market) : lists.add(market))}
    >
      <span aria-hidden>{isWatched ? '★' : '☆'}</span> Watch
    </button>
  );
}
