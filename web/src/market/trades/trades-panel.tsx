import { useTimed } from '../../base/use-timed.ts';
import { useServices } from '../../client/services.ts';
import { useIsOld } from '../../client/use-is-old.ts';
import { formatAge } from '../../format/age.ts';
import { formatPrice } from '../../format/price.ts';
import { FailureNote } from '../../ui/failure-note.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { MarketInfo, MarketPanelProps } from '../market-info.ts';
import { formatQuantity, quantityUnit } from '../quantity.ts';
import type { Trade } from './trade-list.ts';
import { useTrades } from './use-trades.ts';
import './trades-panel.css';

const limit = 50;
const places = Array.from({ length: limit }, (_, place) => place);
/** In UTC, like the times of the chart. */
const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' });
const sides = { BUY: { word: '▲ Buy', style: 'up' }, SELL: { word: '▼ Sell', style: 'down' } } as const;

/** The newest trades, newest first. Rows keep their places, and only their texts change. */
export function TradesPanel({ market, info }: MarketPanelProps) {
  const { trades, failure } = useTrades(market, limit);
  const isOld = useIsOld(trades);
  const newest = trades[0];
  return (
    <Panel title="Trades" extra={newest && <LastTrade timestamp={newest.timestamp} isOld={isOld} />}>
      <div className="panel-body">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls only what has the focus */}
        <section className="trades-scroll" tabIndex={0} aria-label={`The newest ${limit} trades`}>
          <table className="trades-table" data-stale={isOld}>
            <thead>
              <tr>
                <th scope="col">Side</th>
                <th scope="col">Price</th>
                <th scope="col">
                  Amount <span className="unit">{quantityUnit(info)}</span>
                </th>
                <th scope="col">
                  Time <span className="unit">UTC</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {places.map((place) => (
                <TradeRow key={place} trade={trades[place] ?? null} info={info} />
              ))}
            </tbody>
          </table>
        </section>
        <FailureNote failure={failure} />
      </div>
    </Panel>
  );
}

function TradeRow({ trade, info }: { readonly trade: Trade | null; readonly info: MarketInfo | null }) {
  const side = trade?.side ? sides[trade.side] : null;
  return (
    <tr>
      <td className={side?.style}>{side?.word ?? '–'}</td>
      <td>{formatPrice(trade?.price ?? null, info?.pricePrecision)}</td>
      <td>{formatQuantity(trade?.amount ?? null, info?.amountPrecision ?? null)}</td>
      <td>{trade ? time.format(trade.timestamp) : '–'}</td>
    </tr>
  );
}

/** Trades do not say whether they are stale; how long there was none does. */
function LastTrade({ timestamp, isOld }: { readonly timestamp: number; readonly isOld: boolean }) {
  const { clock } = useServices();
  const age = useTimed(() => formatAge(clock.now() - timestamp));
  return (
    <span className="freshness" data-stale={isOld}>
      {isOld ? 'stale' : 'last'} {age}
    </span>
  );
}
