import { formatPrice } from '../../format/price.ts';
import type { MarketInfo } from '../market-info.ts';
import { formatQuantity, quantityUnit } from '../quantity.ts';
import { type BookRow, type BookRows, toBasisPoints } from './book-rows.ts';
import './book-table.css';

interface BookTableProps {
  readonly rows: BookRows;
  readonly spread: number | null;
  readonly mid: number | null;
  readonly info: MarketInfo | null;
  readonly isStale: boolean;
}

/** Sellers above, buyers below, the spread between them. */
export function BookTable({ rows, spread, mid, info, isStale }: BookTableProps) {
  const basisPoints = toBasisPoints(spread, mid);
  return (
    <table className="book-table" data-stale={isStale}>
      <caption className="visually-hidden">Order book: orders to sell, the spread, orders to buy</caption>
      <thead>
        <tr>
          <th scope="col">Price</th>
          <th scope="col">
            Amount <span className="unit">{quantityUnit(info)}</span>
          </th>
          <th scope="col">Total</th>
        </tr>
      </thead>
      <Side rows={rows.asks} side="ask" info={info} />
      <tbody>
        <tr className="book-spread">
          <th scope="row">Spread</th>
          <td>{formatPrice(spread, info?.pricePrecision)}</td>
          <td>{basisPoints === null ? '–' : `${basisPoints.toFixed(2)} bp`}</td>
        </tr>
      </tbody>
      <Side rows={rows.bids} side="bid" info={info} />
    </table>
  );
}

/** Rows keep their places, and only their texts change: a row that moved would be a layout shift. */
function Side(props: {
  readonly rows: readonly (BookRow | null)[];
  readonly side: 'ask' | 'bid';
  readonly info: MarketInfo | null;
}) {
  const { rows, side, info } = props;
  const first = side === 'ask' ? 'Sell' : 'Buy';
  return (
    <tbody className={`book-${side}`}>
      {[...rows.keys()].map((place) => {
        const row = rows[place] ?? null;
        return (
          <tr key={place}>
            <th scope="row">
              <span className="depth" style={{ transform: `scaleX(${row?.depth ?? 0})` }} />
              <span className="visually-hidden">{first} </span>
              {formatPrice(row?.price ?? null, info?.pricePrecision)}
            </th>
            <td>{formatQuantity(row?.amount ?? null, info?.amountPrecision ?? null)}</td>
            <td>{formatQuantity(row?.total ?? null, info?.amountPrecision ?? null)}</td>
          </tr>
        );
      })}
    </tbody>
  );
}
