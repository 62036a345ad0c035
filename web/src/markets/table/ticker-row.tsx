import { memo, type ReactNode } from 'react';
import { formatAddress } from '../../address/address.ts';
import { type MarketRef, toKey } from '../../base/market-ref.ts';
import { useStore } from '../../base/store.ts';
import { useIsOld } from '../../client/use-is-old.ts';
import { formatAmount, formatPercentage } from '../../format/amount.ts';
import { formatPrice } from '../../format/price.ts';
import { formatSpread } from '../../format/share.ts';
import { ExchangeName } from '../../ui/exchange-name.tsx';
import { Freshness } from '../../ui/freshness.tsx';
import { RetryNote } from '../../ui/retry-note.tsx';
import type { Row } from '../live/row.ts';
import type { TickerStore } from '../live/ticker-store.ts';
import { columns, spreadOf } from './columns.ts';

/** One market. It renders again when its own row in the store has changed. */
export const TickerRow = memo(function TickerRow(props: {
  readonly market: MarketRef;
  readonly store: TickerStore;
  /** False while nothing new can arrive. */
  readonly isLive: boolean;
  /** A cell behind the others. */
  readonly edit: ReactNode;
}) {
  const { market, store, isLive, edit } = props;
  const row = useStore(store.row(toKey(market)));
  const isOld = useIsOld(row.ticker);
  const isStale = row.ticker !== null && (row.ticker.stale || isOld || !isLive);
  return (
    <tr data-stale={isStale}>
      <MarketCell market={market} />
      {row.problem ? <ProblemCell problem={row.problem} /> : <PriceCells row={row} isStale={isStale} />}
      {edit}
    </tr>
  );
});

const MarketCell = memo(function MarketCell({ market }: { readonly market: MarketRef }) {
  const address = formatAddress({ kind: 'market', ...market, timeframe: null });
  return (
    <th scope="row">
      <a href={address}>{market.symbol}</a> <ExchangeName id={market.exchange} />
    </th>
  );
});

function ProblemCell({ problem: { isUnknown, reason, retryAt } }: { readonly problem: NonNullable<Row['problem']> }) {
  return (
    <td className="problem" colSpan={columns.length - 1}>
      <p>
        <strong>{isUnknown ? 'unknown' : 'no prices'}</strong> {reason} <RetryNote at={retryAt} />
      </p>
    </td>
  );
}

function PriceCells({ row, isStale }: { readonly row: Row; readonly isStale: boolean }) {
  const { ticker, priceStep, move, isFlashing } = row;
  const percentage = ticker?.percentage ?? null;
  return (
    <>
      <td className="last" data-flash={isFlashing ? move : undefined}>
        <Arrow move={move} />
        {formatPrice(ticker?.last ?? null, priceStep)}
      </td>
      <td className={percentage === null ? '' : percentage < 0 ? 'down' : 'up'}>{formatPercentage(percentage)}</td>
      <td>{ticker ? <Freshness {...ticker} stale={isStale} /> : <span className="freshness">waiting</span>}</td>
      <td>{formatPrice(ticker?.bid ?? null, priceStep)}</td>
      <td>{formatPrice(ticker?.ask ?? null, priceStep)}</td>
      <td>{formatSpread(spreadOf(row))}</td>
      <td>{formatAmount(ticker?.quoteVolume ?? null)}</td>
    </>
  );
}

/** Where the price went last. Its place is kept before there is a move. */
function Arrow({ move }: Pick<Row, 'move'>) {
  return (
    <span className={`move ${move ?? ''}`} role="img" aria-label={move ?? 'no change yet'}>
      {move && (move === 'up' ? '▲' : '▼')}
    </span>
  );
}
