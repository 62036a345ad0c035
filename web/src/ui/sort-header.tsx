import type { Sorting } from '../address/address.ts';
import './sort-header.css';

/** The header of a column, which sorts the table by it: first in its usual direction, then in the other one. */
export function SortHeader(props: {
  readonly by: string;
  readonly label: string;
  /** A column of names, not of numbers. */
  readonly isName?: boolean;
  /** Large numbers are usually wanted first, names from A. */
  readonly descendingFirst: boolean;
  readonly sorting: Sorting | null;
  readonly onSort: (sorting: Sorting) => void;
}) {
  const { by, label, isName, descendingFirst, sorting, onSort } = props;
  const direction = sorting?.by === by ? (sorting.descending ? 'descending' : 'ascending') : undefined;
  const descending = direction ? direction === 'ascending' : descendingFirst;
  return (
    <th scope="col" aria-sort={direction} className={isName ? 'is-name' : undefined}>
      <button type="button" className="sort-header" onClick={() => onSort({ by, descending })}>
        {label}
        <span aria-hidden="true" className="sort-direction">
          {direction === 'descending' ? '↓' : '↑'}
        </span>
      </button>
    </th>
  );
}
