import { formatAddress } from '../address/address.ts';
import { formatAmount, formatPercentage } from '../format/amount.ts';
import { formatPrice } from '../format/price.ts';
import { formatShare, formatSpread } from '../format/share.ts';
import { Freshness } from '../ui/freshness.tsx';
import { WatchButton } from '../ui/watch-button.tsx';
import type { ScreenRow } from './screen-rows.ts';

/** One market of a screen. */
export function MarketRow(props: {
  readonly exchange: string;
  readonly row: ScreenRow;
  /** Whether the others can have another quote currency. */
  readonly isMixed: boolean;
  /** Whether it came before the connection was lost. */
  readonly isOld: boolean;
}) {
  const { exchange, row, isMixed } = props;
  const { symbol, type, quote, step, last, percentage, volume, low, high } = row;
  const isStale = row.stale || props.isOld;
  return (
    <tr data-stale={isStale}>
      <td>{row.rank}</td>
      <th scope="row">
        <a href={formatAddress({ kind: 'market', exchange, symbol, timeframe: null })}>{symbol}</a>
        {type && type !== 'SPOT' && <span className="market-type">{type.toLowerCase()}</span>}
      </th>
      <td>{formatPrice(last, step)}</td>
      <td className={directionOf(percentage)}>{formatPercentage(percentage)}</td>
      <td>
        {formatAmount(volume)}
        {isMixed && volume !== null && <span className="currency"> {quote}</span>}
      </td>
      <td>{formatPrice(low, step)}</td>
      <td>{formatPrice(high, step)}</td>
      <td>{formatShare(row.range, 2)}</td>
      <td>{formatSpread(row.spread)}</td>
      <td>
        <Freshness receivedAt={row.receivedAt} stale={isStale} source={row.source} />
      </td>
      <td>
        <WatchButton market={{ exchange, symbol }} />
      </td>
    </tr>
  );
}

function directionOf(percentage: number | null): 'up' | 'down' | undefined {
  if (percentage === null || percentage === 0) return undefined;
  return percentage > 0 ? 'up' : 'down';
}
