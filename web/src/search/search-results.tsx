import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { ExchangeName } from '../ui/exchange-name.tsx';
import type { Answer } from './market-search.ts';
import { type SearchOption, toOptionId } from './search-options.ts';
import type { Search } from './use-search.ts';

interface OptionsProps {
  readonly active: SearchOption | null;
  /** A click with Shift, Ctrl or ⌘ adds a market to the watch list, as these keys do with Enter. */
  readonly onChoose: (option: SearchOption, isAdding: boolean) => void;
}

/** The options, in groups: the exchanges that are found themselves, then the markets of each exchange. */
export function SearchResults(props: OptionsProps & { readonly id: string; readonly search: Search }) {
  const { id, search, ...options } = props;
  return (
    <div id={id} role="listbox" aria-label="Results" aria-busy={!search.isCurrent} className="search-options">
      {search.exchanges.length > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: a listbox has groups, not fieldsets.
        <div role="group" aria-label="Exchanges" className="search-exchanges">
          {search.exchanges.map((exchange) => (
            <Option key={exchange} option={{ id: toOptionId(exchange), exchange, market: null }} {...options}>
              <ExchangeName id={exchange} />
            </Option>
          ))}
        </div>
      )}
      {search.answers.map(
        (answer) => answer.markets.length > 0 && <Group key={answer.exchange} answer={answer} {...options} />,
      )}
    </div>
  );
}

function Group({ answer, ...options }: OptionsProps & { readonly answer: Answer }) {
  const { exchange, markets, totalCount } = answer;
  const { lists } = useServices();
  useStore(lists.kept);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a listbox has groups, not fieldsets.
    <div role="group" aria-label={exchange}>
      <div role="presentation" className="search-group">
        <ExchangeName id={exchange} />
        <span>{totalCount > markets.length ? `${markets.length} of ${totalCount}` : totalCount}</span>
      </div>
      {markets.map(({ symbol, type, active }) => {
        const market = { exchange, symbol };
        return (
          <Option key={symbol} option={{ id: toOptionId(exchange, symbol), exchange, market }} {...options}>
            <span>{symbol}</span>
            <span className="search-detail">
              {active === false && 'not traded · '}
              {type.toLowerCase()}
            </span>
            <span className="search-watched">{lists.has(market) && '★ watched'}</span>
          </Option>
        );
      })}
    </div>
  );
}

function Option(props: OptionsProps & { readonly option: SearchOption; readonly children: React.ReactNode }) {
  const { option, active, onChoose, children } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus, and handles the keys.
    <div
      id={option.id}
      role="option"
      tabIndex={-1}
      aria-selected={option.id === active?.id}
      className="search-option"
      onClick={({ shiftKey, ctrlKey, metaKey }) => onChoose(option, shiftKey || ctrlKey || metaKey)}
    >
      {children}
    </div>
  );
}
