import type { Sorting } from '../../address/address.ts';
import { columns } from './columns.ts';
import { nextSorting } from './sort-markets.ts';

/** The names of the columns, by which the table is sorted. */
export function TableHead(props: {
  readonly sorting: Sorting | null;
  /** Null while the list is edited, which is done in its own order. */
  readonly onSort: ((sorting: Sorting | null) => void) | null;
}) {
  const { sorting, onSort } = props;
  return (
    <thead>
      <tr>
        {columns.map(({ id, label }) => {
          const direction = sorting?.by !== id ? null : sorting.descending ? 'descending' : 'ascending';
          return (
            <th key={id} scope="col" className={`column-${id}`} aria-sort={direction ?? undefined}>
              <button type="button" disabled={!onSort} onClick={() => onSort?.(nextSorting(sorting, id))}>
                <span aria-hidden="true" className="sort-arrow">
                  {direction && (direction === 'descending' ? '↓' : '↑')}
                </span>
                {label}
              </button>
            </th>
          );
        })}
        {!onSort && (
          <th scope="col" className="column-edit">
            Edit
          </th>
        )}
      </tr>
    </thead>
  );
}
