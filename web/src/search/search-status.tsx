import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { toStatusText } from './status-text.ts';
import type { Search } from './use-search.ts';

/** Which exchanges are searched, which of them fail, and how to search another. Its height does not change. */
export function SearchStatus(props: { readonly search: Search; readonly isEmpty: boolean; readonly added: string }) {
  const { search, isEmpty, added } = props;
  const { answers, scope } = search;
  const byId = useStore(useServices().exchanges.byId);
  const nameOf = (id: string): string => byId?.get(id)?.name ?? id;
  const failures = answers.flatMap(({ exchange, failure }) => (failure ? { exchange, failure } : []));
  const other = [...(byId?.keys() ?? [])].find((id) => !scope.includes(id));
  return (
    <div className="search-status">
      <p role="status">
        {byId === null
          ? 'The exchanges of the server are not loaded yet.'
          : added || (!isEmpty && toStatusText(search, nameOf))}
      </p>
      <p>
        {scope.length > 0 && `Searched: ${scope.map(nameOf).join(', ')}. `}
        {other && `To search ${scope.length > 0 ? 'another' : 'an'} exchange, type its name first: ${other} btc/usd.`}
      </p>
      {failures.map(({ exchange, failure }) => (
        <p key={exchange} className="failure">
          {nameOf(exchange)}: {failure}
        </p>
      ))}
      <p className="search-keys">
        <kbd>Enter</kbd> opens, <kbd>Shift</kbd> <kbd>Enter</kbd> adds to the watch list, <kbd>Esc</kbd> closes.
      </p>
    </div>
  );
}
