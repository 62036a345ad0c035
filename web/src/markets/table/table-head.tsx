import type { Sorting } from '../../address/address.ts';
import { SortHeader } from '../../ui/sort-header.tsx';
import { columns } from './columns.ts';
import { isDescendingFirst, nextSorting } from './sort-markets.ts';

/** The widths and names of the columns, by which the table is sorted. */
export function TableHead(props: {
  readonly sorting: Sorting | null;
  /** Null while the list is edited, which is done in its own order. */
  readonly onSort: ((sorting: Sorting | null) => void) | null;
}) {
  const { sorting, onSort } = props;
  return (
    <>
      <colgroup>
        {columns.map(({ id }) => (
          <col key={id} className={`column-${id}`} />
        ))}
        {!onSort && <col className="column-edit" />}
      </colgroup>
      <thead>
        <tr>
          {columns.map(({ id, label }) =>
            onSort ? (
              <SortHeader
                key={id}
                by={id}
                label={label}
                isName={id === 'market'}
                descendingFirst={isDescendingFirst(id)}
                sorting={sorting}
                onSort={() => onSort(nextSorting(sorting, id))}
              />
            ) : (
              <th key={id} scope="col">
                {label}
              </th>
            ),
          )}
          {!onSort && <th scope="col">Edit</th>}
        </tr>
      </thead>
    </>
  );
}
