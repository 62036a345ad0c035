import { useIsOld } from '../../client/use-is-old.ts';
import { useLive } from '../../client/use-live.ts';
import { FailureNote } from '../../ui/failure-note.tsx';
import { Freshness } from '../../ui/freshness.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { MarketPanelProps } from '../market-info.ts';
import { OrderBookUpdatedDocument } from './book.graphql.ts';
import { toBookRows } from './book-rows.ts';
import { BookTable } from './book-table.tsx';

/** Levels on each side. */
const depth = 15;

/** The order book, live. Its table has the same number of rows from the beginning, so that nothing moves. */
export function BookPanel({ market, info }: MarketPanelProps) {
  const { data, failure } = useLive(OrderBookUpdatedDocument, { ...market, limit: depth });
  const book = data?.orderBookUpdated;
  const isStale = useIsOld(data) || book?.stale === true;
  return (
    <Panel title="Order book" extra={book && <Freshness receivedAt={book.receivedAt} stale={isStale} />}>
      <div className="panel-body">
        <BookTable
          rows={toBookRows(book?.asks ?? [], book?.bids ?? [], depth)}
          spread={book?.spread ?? null}
          mid={book?.mid ?? null}
          info={info}
          isStale={isStale}
        />
        <FailureNote failure={failure} />
      </div>
    </Panel>
  );
}
