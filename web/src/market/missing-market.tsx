import type { ReactNode } from 'react';
import { formatAddress } from '../address/address.ts';
import { type MarketRef, toKey } from '../base/market-ref.ts';
import type { Failure } from '../client/error-text.ts';
import { ExchangeName } from '../ui/exchange-name.tsx';
import { FailureNote } from '../ui/failure-note.tsx';

/** What stands in the place of a market that does not exist. */
export function MissingMarket(props: {
  readonly market: MarketRef;
  readonly failure: Failure | null;
  readonly suggestions: readonly MarketRef[];
  /** The button that opens the search. */
  readonly search: ReactNode;
}) {
  const { market, failure, suggestions, search } = props;
  return (
    <div className="market-missing">
      <h1>{market.symbol}</h1>
      <FailureNote failure={failure} />
      <ul>
        {suggestions.map((suggestion) => (
          <li key={toKey(suggestion)}>
            <a href={formatAddress({ kind: 'market', ...suggestion, timeframe: null })}>
              {suggestion.symbol} at <ExchangeName id={suggestion.exchange} />
            </a>
          </li>
        ))}
      </ul>
      {search}
    </div>
  );
}
