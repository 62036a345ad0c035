import { type RefObject, useEffect, useRef } from 'react';
import type { View } from '../address/address.ts';
import { toPageName, toTitle } from '../address/view-title.ts';

/** The state of an entry of the history that was shown before. */
const shown = 'shown';

/**
 * Does for another view what a browser does for another page: gives it a title, moves the focus to it, so that screen
 * readers announce it, and shows it from its top. Back and forward return to where one was, which the browser does.
 */
export function usePageChange(view: View, main: RefObject<HTMLElement | null>): void {
  const title = toTitle(view);
  const name = toPageName(view);
  const last = useRef(name);

  useEffect(() => {
    document.title = `${title} – TickQL`;
    const isNew = history.state !== shown;
    history.replaceState(shown, '');
    if (last.current === name) return;
    last.current = name;
    main.current?.focus({ preventScroll: true });
    if (isNew) scrollTo(0, 0);
  }, [title, name, main]);
}
