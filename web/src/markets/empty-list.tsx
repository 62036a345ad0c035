import { formatAddress, screener } from '../address/address.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { ExchangeName } from '../ui/exchange-name.tsx';
import { listSuggested } from './suggested-exchanges.ts';

/** Says how markets come on the list. The page contacts an exchange only when somebody chooses it. */
export function EmptyList() {
  const exchanges = useStore(useServices().exchanges.byId);
  const suggested = exchanges ? listSuggested(exchanges) : [];
  return (
    <div className="empty-list">
      <p>
        This list is empty. Search for a market (<kbd>/</kbd> opens the search), or choose one in the{' '}
        <a href={formatAddress(screener)}>screener</a>
        {suggested.length > 0 ? ' of an exchange:' : '.'}
      </p>
      {suggested.length > 0 && (
        <ul>
          {suggested.map((exchange) => (
            <li key={exchange}>
              <a className="button" href={formatAddress({ ...screener, exchange })}>
                <ExchangeName id={exchange} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
