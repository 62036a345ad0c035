import { useEffect, useState } from 'react';
import { SearchDialog } from './search-dialog.tsx';
import { isSearchKey } from './search-key.ts';

/** Opens the search, as `/` and Ctrl or ⌘ with K do. */
export function SearchButton() {
  const [isOpen, setIsOpen] = useState(false);

  useEffect(() => {
    const open = (event: KeyboardEvent): void => {
      if (!isSearchKey(event)) return;
      event.preventDefault();
      setIsOpen(true);
    };
    addEventListener('keydown', open);
    return () => removeEventListener('keydown', open);
  }, []);

  return (
    <>
      <button type="button" className="search-button" aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
        Search <kbd>/</kbd>
      </button>
      {isOpen && <SearchDialog onClose={() => setIsOpen(false)} />}
    </>
  );
}
