import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { screener } from '../address/address.ts';
import { openView, useView } from '../address/use-view.ts';
import { useServices } from '../client/services.ts';
import { moveBy, type SearchOption } from './search-options.ts';
import { SearchResults } from './search-results.tsx';
import { SearchStatus } from './search-status.tsx';
import { useSearch } from './use-search.ts';
import './search.css';

const steps: Readonly<Record<string, 1 | -1>> = { ArrowDown: 1, ArrowUp: -1 };

/**
 * A combobox over exchanges and markets, as the ARIA Authoring Practices describe it: the focus stays in the field.
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
export function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const { lists } = useServices();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [input, setInput] = useState('');
  const [moved, setMoved] = useState<SearchOption | null>(null);
  /** Enter was pressed before there were results. */
  const [pressed, setPressed] = useState<{ readonly isAdding: boolean } | null>(null);
  const [added, setAdded] = useState('');
  const search = useSearch(input, useView());
  const { options, best, isCurrent } = search;
  const active = options.find((option) => option.id === moved?.id) ?? best;

  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    // Back and forward show another view, which must not stay behind the dialog.
    const close = (): void => dialog.current?.close();
    addEventListener('popstate', close);
    return () => removeEventListener('popstate', close);
  }, []);
  useEffect(() => {
    if (active) document.getElementById(active.id)?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const type = (text: string): void => {
    setInput(text);
    setMoved(null);
    setPressed(null);
    setAdded('');
  };

  const choose = (option: SearchOption, isAdding: boolean): void => {
    const { exchange, market } = option;
    if (market && isAdding) {
      lists.add(market);
      setMoved(option);
      setAdded(`${market.symbol} is on the watch list.`);
      return;
    }
    dialog.current?.close();
    openView(market ? { kind: 'market', ...market, timeframe: null } : { ...screener, exchange });
  };

  useEffect(() => {
    if (!pressed || !isCurrent) return;
    setPressed(null);
    if (best) choose(best, pressed.isAdding);
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (event.nativeEvent.isComposing || (!step && event.key !== 'Enter')) return;
    event.preventDefault();
    const isAdding = event.shiftKey || event.ctrlKey || event.metaKey;
    if (step) setMoved(moveBy(options, active, step));
    else if (isCurrent || moved) {
      if (active) choose(active, isAdding);
    } else setPressed({ isAdding });
  };

  return (
    <dialog ref={dialog} className="search-dialog" aria-label="Search" onClose={onClose}>
      <div className="search-field">
        <input
          role="combobox"
          aria-label="Market or exchange"
          aria-expanded={options.length > 0}
          aria-controls={id}
          aria-activedescendant={active?.id}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder="For example btc usdt"
          value={input}
          onChange={(event) => type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <div className="search-results" data-old={!isCurrent}>
        <SearchResults id={id} search={search} active={active} onChoose={choose} />
      </div>
      <SearchStatus search={search} isEmpty={input.trim() === ''} added={added} />
    </dialog>
  );
}
