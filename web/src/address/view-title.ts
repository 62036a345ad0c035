import type { View } from './address.ts';

/** What a view is called, in the title of the window and for screen readers. */
export function toTitle(view: View): string {
  switch (view.kind) {
    case 'markets':
      return view.name ?? 'Watch list';
    case 'screen':
      return view.exchange === null ? 'Screener' : `Screener of ${view.exchange}`;
    case 'market':
      return `${view.symbol} on ${view.exchange}`;
  }
}

/**
 * Which page a view belongs to. Another list, or another exchange in the screener, is the same page: nothing of it begins
 * anew, and the focus stays where it was chosen.
 */
export function toPage(view: View): string {
  return view.kind === 'market' ? toTitle(view) : view.kind;
}
