import { useStore } from '../../base/store.ts';
import { useTimed } from '../../base/use-timed.ts';
import type { Failure } from '../../client/error-text.ts';
import { useServices } from '../../client/services.ts';
import { useIsOld } from '../../client/use-is-old.ts';
import { useLive } from '../../client/use-live.ts';
import { formatAmount, formatPercentage } from '../../format/amount.ts';
import { formatPrice } from '../../format/price.ts';
import { ExchangeName } from '../../ui/exchange-name.tsx';
import { FailureNote } from '../../ui/failure-note.tsx';
import { Freshness } from '../../ui/freshness.tsx';
import { WatchButton } from '../../ui/watch-button.tsx';
import type { MarkPrice } from '../contract/use-mark-price.ts';
import { Figure } from '../figure.tsx';
import type { MarketPanelProps } from '../market-info.ts';
import { LastPrice } from './last-price.tsx';
import { describeHalt, describeType, formatTitle } from './market-words.ts';
import { TickerUpdatedDocument } from './ticker.graphql.ts';
import { useTitle } from './use-title.ts';
import './market-header.css';

interface MarketHeaderProps extends MarketPanelProps {
  /** Null for markets that are no contracts. */
  readonly mark: MarkPrice | null;
  /** Why nothing is known about the market yet. */
  readonly failure: Failure | null;
}

/** The name of the market and its prices of the last 24 hours. */
export function MarketHeader({ market, info, mark, failure }: MarketHeaderProps) {
  const { clock, exchanges } = useServices();
  const live = useLive(TickerUpdatedDocument, { ...market });
  const exchange = useStore(exchanges.byId)?.get(market.exchange);
  const ticker = live.data?.tickerUpdated ?? null;
  const isStale = useIsOld(live.data) || ticker?.stale === true;
  const step = info?.pricePrecision ?? null;
  const last = ticker?.last ?? null;
  // Their symbols have a colon, so their figures have a place before anything is loaded.
  const isContract = market.symbol.includes(':');
  const halt = useTimed(() => (info && describeHalt(info, clock.now())) ?? '');
  useTitle(
    formatTitle({
      last,
      step,
      isStale,
      symbol: market.symbol,
      exchange: exchange?.name ?? market.exchange,
      isSimulated: exchange?.simulated ?? false,
    }),
  );
  return (
    <header className="market-header panel" data-stale={isStale}>
      <div className="market-name">
        <h1>{market.symbol}</h1>
        <WatchButton market={market} />
        <p className="market-line">
          <ExchangeName id={market.exchange} />
          <span className="market-kind">{info && describeType(info)}</span>
        </p>
      </div>
      <div className="market-last">
        <LastPrice last={last} step={step} />
        <p className="market-line">
          <Change percentage={ticker?.percentage ?? null} />
          {ticker && <Freshness {...ticker} stale={isStale} />}
        </p>
      </div>
      <dl className="figures" data-stale={isStale}>
        <Figure label="Bid">{formatPrice(ticker?.bid ?? null, step)}</Figure>
        <Figure label="Ask">{formatPrice(ticker?.ask ?? null, step)}</Figure>
        <Figure label="High 24 h">{formatPrice(ticker?.high ?? null, step)}</Figure>
        <Figure label="Low 24 h">{formatPrice(ticker?.low ?? null, step)}</Figure>
        <Figure label={volumeLabel(info, 'base')}>{formatAmount(ticker?.baseVolume ?? null)}</Figure>
        <Figure label={volumeLabel(info, 'quote')}>{formatAmount(ticker?.quoteVolume ?? null)}</Figure>
        {isContract && <Figure label="Mark">{formatPrice(mark?.markPrice ?? null, step)}</Figure>}
        {isContract && <Figure label="Index">{formatPrice(mark?.indexPrice ?? null, step)}</Figure>}
      </dl>
      {halt && <p className="market-halt">{halt}</p>}
      <FailureNote failure={live.failure ?? failure} />
    </header>
  );
}

function Change({ percentage }: { readonly percentage: number | null }) {
  const style = percentage === null || percentage === 0 ? '' : percentage > 0 ? 'up' : 'down';
  return (
    <span>
      <span className={style}>{formatPercentage(percentage)}</span> in 24 h
    </span>
  );
}

/** Exchanges count the volumes of contracts in units of their own. */
function volumeLabel(info: MarketPanelProps['info'], side: 'base' | 'quote'): string {
  return info?.type === 'SPOT' ? `Volume ${info[side]}` : `Volume, ${side}`;
}
