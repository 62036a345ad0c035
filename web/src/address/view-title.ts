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

/** What a view is a variation of: of this name there is one page, whatever is chosen on it. */
export function toPageName(view: View): string {
  return view.kind === 'market' ? toTitle(view) : view.kind;
}
