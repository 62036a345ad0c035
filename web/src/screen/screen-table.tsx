import type { ScreenView, Sorting } from '../address/address.ts';
import { SortHeader } from '../ui/sort-header.tsx';
import { MarketRow } from './market-row.tsx';
import type { ScreenRow } from './screen-rows.ts';
import { sortRows } from './sort-rows.ts';
import './screen-table.css';

interface Column {
  readonly by: string;
  readonly label: string;
  readonly isName?: boolean;
  readonly descendingFirst: boolean;
}

const columns: readonly Column[] = [
  { by: 'rank', label: '#', isName: true, descendingFirst: false },
  { by: 'symbol', label: 'Market', isName: true, descendingFirst: false },
  { by: 'last', label: 'Last', descendingFirst: true },
  { by: 'percentage', label: '24 h', descendingFirst: true },
  { by: 'volume', label: '24 h volume', descendingFirst: true },
  { by: 'low', label: '24 h low', descendingFirst: true },
  { by: 'high', label: '24 h high', descendingFirst: true },
  { by: 'range', label: 'Range', descendingFirst: true },
  { by: 'spread', label: 'Spread', descendingFirst: false },
  { by: 'age', label: 'Age', descendingFirst: false },
];

/** The markets that the server has ranked, in its order or by a column. */
export function ScreenTable(props: {
  readonly exchange: string;
  readonly rows: readonly ScreenRow[];
  readonly view: ScreenView;
  /** Whether the rows came before the connection was lost. */
  readonly isOld: boolean;
  readonly onSort: (sorting: Sorting) => void;
}) {
  const { exchange, rows, view, isOld, onSort } = props;
  const sorting = view.sorting ?? { by: 'rank', descending: false };
  return (
    <div className="table-scroll">
      <table className="screen-table">
        <caption className="visually-hidden">Markets of {exchange}, ranked</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <SortHeader key={column.by} {...column} sorting={sorting} onSort={onSort} />
            ))}
            <th scope="col">
              <span className="visually-hidden">Watch list</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sortRows(rows, sorting).map((row) => (
            <MarketRow key={row.symbol} exchange={exchange} row={row} isMixed={!view.quote} isOld={isOld} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
