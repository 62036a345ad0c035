import type { ReactNode } from 'react';
import { formatAddress, home, screener, type View } from '../address/address.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { SearchButton } from '../search/search-button.tsx';
import { ConnectionNote } from './connection-note.tsx';
import { GraphiQLLink } from './graphiql-link.tsx';
import type { ThemeChoice } from './theme.ts';
import { ThemeSelect } from './theme-select.tsx';
import './app-header.css';

/** The way from each view to the others; on a phone in two rows. */
export function AppHeader({ view, themes }: { readonly view: View; readonly themes: ThemeChoice }) {
  const { access } = useServices();
  const isOpen = useStore(access.state).kind === 'open';
  return (
    <header className="app-header">
      <a className="brand" href={formatAddress(home)}>
        TickQL
      </a>
      <nav aria-label="Views">
        <ViewLink to={home} isCurrent={view.kind === 'markets'}>
          Watch list
        </ViewLink>
        <ViewLink to={screener} isCurrent={view.kind === 'screen'}>
          Screener
        </ViewLink>
      </nav>
      {isOpen && <SearchButton />}
      <ConnectionNote />
      <div className="app-actions">
        <GraphiQLLink view={view} />
        <ThemeSelect choice={themes} />
      </div>
    </header>
  );
}

function ViewLink(props: { readonly to: View; readonly isCurrent: boolean; readonly children: ReactNode }) {
  return (
    <a href={formatAddress(props.to)} aria-current={props.isCurrent ? 'page' : undefined}>
      {props.children}
    </a>
  );
}
