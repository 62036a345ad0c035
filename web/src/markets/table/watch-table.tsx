import { useCallback, useLayoutEffect, useRef } from 'react';
import type { Sorting } from '../../address/address.ts';
import type { MarketRef } from '../../base/market-ref.ts';
import type { TickerStore } from '../live/ticker-store.ts';
import { type EditAction, EditCell } from './edit-cell.tsx';
import { TableHead } from './table-head.tsx';
import { TickerRow } from './ticker-row.tsx';
import { useOrder } from './use-order.ts';
import './watch-table.css';

/** How a list is edited. */
export interface ListEditing {
  move(market: MarketRef, index: number): void;
  remove(market: MarketRef): void;
}

/** The markets of a list with their prices. All rows are there at once, so that nothing moves when prices arrive. */
export function WatchTable(props: {
  readonly name: string;
  readonly markets: readonly MarketRef[];
  readonly store: TickerStore;
  readonly sorting: Sorting | null;
  readonly onSort: (sorting: Sorting | null) => void;
  /** False while nothing new can arrive. */
  readonly isLive: boolean;
  /** Null while the list is only read. */
  readonly editing: ListEditing | null;
}) {
  const { name, markets, store, sorting, onSort, isLive, editing } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  // Otherwise a link could become that of another market between the press of a key or a button and its release.
  const isHeld = useCallback(() => body.current?.querySelector(':focus-visible, :active') != null, []);
  const order = useOrder(markets, editing ? null : sorting, store, isHeld);
  const focus = useRowFocus(body);

  const edit = (market: MarketRef, index: number, action: EditAction): void => {
    const place = action === 'up' ? index - 1 : index + 1;
    if (action === 'remove') editing?.remove(market);
    else editing?.move(market, place);
    focus(action === 'remove' ? Math.min(index, order.length - 2) : place, action);
  };

  return (
    <div className="table-scroll">
      <table className="watch-table">
        <caption className="visually-hidden">{name}</caption>
        <TableHead sorting={editing ? null : sorting} onSort={editing ? null : onSort} />
        <tbody ref={body}>
          {order.map((market, index) => (
            <TickerRow
              // A row is a place in the table: when the order changes, the texts do, and nothing moves.
              // biome-ignore lint/suspicious/noArrayIndexKey: for this reason.
              key={index}
              market={market}
              store={store}
              isLive={isLive}
              edit={
                editing && (
                  <EditCell
                    market={market}
                    isFirst={index === 0}
                    isLast={index === order.length - 1}
                    onEdit={(action) => edit(market, index, action)}
                  />
                )
              }
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Keeps the focus on the market that was moved, or at the place of the one that was removed. */
function useRowFocus(body: { readonly current: HTMLTableSectionElement | null }) {
  const wanted = useRef<{ readonly index: number; readonly action: EditAction } | null>(null);
  useLayoutEffect(() => {
    if (!wanted.current) return;
    const { index, action } = wanted.current;
    wanted.current = null;
    const row = body.current?.rows.item(index);
    const button = row?.querySelector<HTMLButtonElement>(`[data-action="${action}"]:enabled`);
    (button ?? row?.querySelector<HTMLButtonElement>('button:enabled'))?.focus();
  });
  return (index: number, action: EditAction): void => {
    wanted.current = { index, action };
  };
}
