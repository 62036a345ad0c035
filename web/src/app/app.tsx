import { useEffect } from 'react';
import { formatAddress, home, screener, type View } from '../address/address.ts';
import { useView } from '../address/use-view.ts';
import { toKey } from '../base/market-ref.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { MarketPage } from '../market/market-page.tsx';
import { MarketsPage } from '../markets/markets-page.tsx';
import { ScreenPage } from '../screen/screen-page.tsx';
import { SearchButton } from '../search/search-button.tsx';
import { ConnectionNote } from './connection-note.tsx';
import { GraphiQLLink } from './graphiql-link.tsx';
import { KeyForm } from './key-form.tsx';
import type { ThemeChoice } from './theme.ts';
import { ThemeSwitch } from './theme-switch.tsx';

/** The whole page: the header, and the view that the address names. */
export function App({ themes }: { readonly themes: ThemeChoice }) {
  const { access, exchanges } = useServices();
  const state = useStore(access.state);
  const view = useView();

  // Loaded again with another key.
  useEffect(() => {
    if (state.kind === 'open') void exchanges.load();
  }, [exchanges, state]);

  return (
    <>
      <header className="app-header">
        <a className="brand" href={formatAddress(home)}>
          TickQL
        </a>
        <nav aria-label="Views">
          <a href={formatAddress(home)} aria-current={view.kind === 'markets' ? 'page' : undefined}>
            Watch list
          </a>
          <a href={formatAddress(screener)} aria-current={view.kind === 'screen' ? 'page' : undefined}>
            Screener
          </a>
        </nav>
        <SearchButton />
        <GraphiQLLink view={view} />
        <ThemeSwitch themes={themes} />
        <ConnectionNote />
      </header>
      <main>{state.kind === 'refused' ? <KeyForm reason={state.reason} /> : <ViewPage view={view} />}</main>
      <footer className="app-footer">
        <a href="./graphql">GraphiQL</a>
        <a href="./api">REST API</a>
        <a href="https://www.tradingview.com/">Charts by TradingView Lightweight Charts</a>
      </footer>
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
