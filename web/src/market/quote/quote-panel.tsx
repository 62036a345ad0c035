import { useStore } from '../../base/store.ts';
import { useServices } from '../../client/services.ts';
import { useIsOld } from '../../client/use-is-old.ts';
import { useLive } from '../../client/use-live.ts';
import { FailureNote } from '../../ui/failure-note.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { MarketPanelProps } from '../market-info.ts';
import { chooseExchanges, usePickedExchanges } from './chosen-exchanges.ts';
import { ExchangePicker } from './exchange-picker.tsx';
import { QuoteUpdatedDocument } from './quote.graphql.ts';
import { QuoteFigures } from './quote-figures.tsx';
import { QuoteRow } from './quote-row.tsx';
import './quote-panel.css';

/** The same market on several exchanges. It has a row for each of them before their prices arrive. */
export function QuotePanel({ market, info }: MarketPanelProps) {
  const services = useServices();
  const byId = useStore(services.exchanges.byId);
  const { lists } = useStore(services.lists.kept);
  const [picked, pick] = usePickedExchanges();
  const all = [...(byId?.values() ?? [])].filter(({ has }) => has.includes('TICKER')).map(({ id }) => id);
  const watched = lists.flatMap(({ markets }) => markets.map(({ exchange }) => exchange));
  const exchanges = chooseExchanges({ current: market.exchange, all, picked, watched });
  const { data, failure } = useLive(QuoteUpdatedDocument, byId ? { exchanges, symbol: market.symbol } : null);
  const isOld = useIsOld(data);
  const quote = data?.quoteUpdated ?? null;
  const step = info?.pricePrecision ?? null;
  return (
    <Panel
      title="Other exchanges"
      extra={<ExchangePicker current={market.exchange} all={all} chosen={exchanges} onPick={pick} />}
    >
      <div className="panel-body quote-body">
        <QuoteFigures quote={quote} step={step} isStale={isOld} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls only what has the focus */}
        <section className="table-scroll" tabIndex={0} aria-label={`${market.symbol} on each exchange`}>
          <table className="quote-table">
            <thead>
              <tr>
                <th scope="col">Exchange</th>
                <th scope="col">Last</th>
                <th scope="col">To median</th>
                <th scope="col">Bid</th>
                <th scope="col">Ask</th>
                <th scope="col">Age</th>
                <th scope="col">Left out</th>
              </tr>
            </thead>
            <tbody>
              {exchanges.map((id) => (
                <QuoteRow
                  key={id}
                  market={{ exchange: id, symbol: market.symbol }}
                  isCurrent={id === market.exchange}
                  quote={quote?.exchanges.find(({ exchange }) => exchange.id === id) ?? null}
                  median={quote?.median ?? null}
                  step={step}
                  isOld={isOld}
                />
              ))}
            </tbody>
          </table>
        </section>
        <FailureNote failure={failure} />
      </div>
    </Panel>
  );
}
