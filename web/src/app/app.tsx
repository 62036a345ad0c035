import { useEffect, useRef } from 'react';
import type { View } from '../address/address.ts';
import { useView } from '../address/use-view.ts';
import { toPageName, toTitle } from '../address/view-title.ts';
import { toKey } from '../base/market-ref.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { MarketPage } from '../market/market-page.tsx';
import { MarketsPage } from '../markets/markets-page.tsx';
import { ScreenPage } from '../screen/screen-page.tsx';
import { SearchButton } from '../search/search-button.tsx';
import { AppFooter } from './app-footer.tsx';
import { AppHeader } from './app-header.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { KeyForm } from './key-form.tsx';
import type { ThemeChoice } from './theme.ts';
import { usePageChange } from './use-page-change.ts';

/** The whole page: the header, and the view that the address names. */
export function App({ themes }: { readonly themes: ThemeChoice }) {
  const { access, exchanges } = useServices();
  const state = useStore(access.state);
  const view = useView();
  const main = useRef<HTMLElement>(null);
  const title = toTitle(view);
  usePageChange(view, main);

  // Loaded again with another key.
  useEffect(() => {
    if (state.kind === 'open') void exchanges.load();
  }, [exchanges, state]);

  // The field that had the focus is gone with the form.
  const isRefused = state.kind === 'refused';
  useEffect(() => {
    return isRefused ? () => main.current?.focus({ preventScroll: true }) : undefined;
  }, [isRefused]);

  return (
    <>
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <AppHeader view={view} themes={themes} />
      <main ref={main} tabIndex={-1} aria-label={title}>
        <ErrorBoundary key={toPageName(view)}>
          {isRefused ? <KeyForm reason={state.reason} /> : <ViewPage view={view} />}
        </ErrorBoundary>
      </main>
      <AppFooter />
      <ConnectionBanner />
    </>
  );
}

function ViewPage({ view }: { readonly view: View }) {
  switch (view.kind) {
    case 'markets':
      return <MarketsPage view={view} />;
    case 'screen':
      return <ScreenPage view={view} />;
    case 'market':
      return <MarketPage view={view} search={<SearchButton />} key={toKey(view)} />;
  }
}
