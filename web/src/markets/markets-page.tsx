import { useEffect, useMemo, useState } from 'react';
import type { MarketsView } from '../address/address.ts';
import { replaceView } from '../address/use-view.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { toText } from '../lists/watch-list.ts';
import { firstName } from '../lists/watch-lists.ts';
import { FailureNote } from '../ui/failure-note.tsx';
import { Panel } from '../ui/panel.tsx';
import { EmptyList } from './empty-list.tsx';
import { toFirstMarkets } from './first-markets.ts';
import { ListBar } from './list-bar.tsx';
import { useTickers } from './live/use-tickers.ts';
import { findShownList, type ShownList, withList } from './shown-list.ts';
import { WatchTable } from './table/watch-table.tsx';
import './markets-page.css';

/** Decides which list is shown, and keeps it in the address. */
export function MarketsPage({ view }: { readonly view: MarketsView }) {
  const { lists, exchanges } = useServices();
  const known = useStore(exchanges.byId);
  const kept = useStore(lists.kept);
  const shown = findShownList(view, lists);

  useEffect(() => {
    if (!shown) {
      if (known) lists.create(firstName, toFirstMarkets(known));
      return;
    }
    const wanted = withList(view, shown.list);
    if (wanted !== view) replaceView(wanted);
    if (shown.isKept && kept.current !== shown.list.name) lists.choose(shown.list.name);
  });

  if (!shown) return <Panel title={firstName}>{null}</Panel>;
  return <ShownMarkets view={view} shown={shown} />;
}

function ShownMarkets({ view, shown }: { readonly view: MarketsView; readonly shown: ShownList }) {
  const { lists } = useServices();
  const { list, isKept } = shown;
  const [isEditing, setEditing] = useState(false);
  const text = toText(list.markets);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address is read again and again; a list with the same text is the same.
  const markets = useMemo(() => list.markets, [text]);
  const { store, failure } = useTickers(markets);
  const isLive = failure === null;
  return (
    <Panel
      title={list.name}
      extra={<ListBar shown={shown} isEditing={isEditing} onEditing={setEditing} sorting={view.sorting} />}
    >
      <FailureNote failure={failure} />
      {markets.length > 0 ? (
        <WatchTable
          name={list.name}
          markets={markets}
          store={store}
          sorting={view.sorting}
          onSort={(sorting) => replaceView({ ...view, sorting })}
          isLive={isLive}
          editing={isKept && isEditing ? lists : null}
        />
      ) : (
        <EmptyList />
      )}
    </Panel>
  );
}
