import { formatAddress } from '../../address/address.ts';
import type { MarketRef } from '../../base/market-ref.ts';
import { formatPercentage } from '../../format/amount.ts';
import { formatPrice } from '../../format/price.ts';
import { ExchangeName } from '../../ui/exchange-name.tsx';
import { Freshness } from '../../ui/freshness.tsx';
import { describeExclusion, type ExchangeQuote } from './left-out.ts';

interface QuoteRowProps {
  readonly market: MarketRef;
  readonly isCurrent: boolean;
  /** Null until the quote arrives. */
  readonly quote: ExchangeQuote | null;
  readonly median: number | null;
  readonly step: number | null;
  readonly isOld: boolean;
}

/** One exchange of the quote. Its name opens the market there. */
export function QuoteRow({ market, isCurrent, quote, median, step, isOld }: QuoteRowProps) {
  const ticker = quote?.ticker ?? null;
  const last = ticker?.last ?? null;
  const isStale = isOld || ticker?.stale === true;
  const deviation = last === null || median === null || median === 0 ? null : (last / median - 1) * 100;
  const name = <ExchangeName id={market.exchange} />;
  return (
    <tr data-stale={isStale}>
      <th scope="row">
        {isCurrent ? name : <a href={formatAddress({ kind: 'market', ...market, timeframe: null })}>{name}</a>}
      </th>
      <td>{formatPrice(last, step)}</td>
      <td>{formatPercentage(deviation)}</td>
      <td>{formatPrice(ticker?.bid ?? null, step)}</td>
      <td>{formatPrice(ticker?.ask ?? null, step)}</td>
      <td>{ticker ? <Freshness {...ticker} stale={isStale} /> : '–'}</td>
      <td className="quote-reason">{quote && describeExclusion(quote)}</td>
    </tr>
  );
}
