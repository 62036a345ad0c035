import { useMemo, useSyncExternalStore } from 'react';
import { formatAddress, parseAddress, type View } from './address.ts';

/** The view that the address names; the component renders again when the address changes. */
export function useView(): View {
  const hash = useSyncExternalStore(onAddress, () => location.hash);
  return useMemo(() => parseAddress(hash), [hash]);
}

/** Shows a view, as a click on a link to it would. */
export function openView(view: View): void {
  location.hash = formatAddress(view);
}

/** Shows a variation of the current view, for which the back button needs no step of its own. */
export function replaceView(view: View): void {
  history.replaceState(history.state, '', formatAddress(view));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

function onAddress(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
