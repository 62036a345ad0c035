import type { ReactNode } from 'react';
import type { MarketView } from '../address/address.ts';
import { BookPanel } from './book/book-panel.tsx';
import { ChartPanel } from './chart/chart-panel.tsx';
import { ContractPanel } from './contract/contract-panel.tsx';
import { useContract } from './contract/use-contract.ts';
import { MarketHeader } from './header/market-header.tsx';
import { MissingMarket } from './missing-market.tsx';
import { NoData } from './no-data.tsx';
import { QuotePanel } from './quote/quote-panel.tsx';
import { TradesPanel } from './trades/trades-panel.tsx';
import { useMarketInfo } from './use-market-info.ts';
import './market-page.css';

interface MarketPageProps {
  readonly view: MarketView;
  /** The button that opens the search. */
  readonly search: ReactNode;
}

/** One market. Each panel loads and follows its own data, so that one that fails leaves the others alone. */
export function MarketPage({ view, search }: MarketPageProps) {
  const market = { exchange: view.exchange, symbol: view.symbol };
  const { info, failure, suggestions } = useMarketInfo(market);
  const contract = useContract(market, info);
  if (failure && failure.retryAfterMs === null && !info) {
    return <MissingMarket market={market} failure={failure} suggestions={suggestions} search={search} />;
  }
  const props = { market, info };
  // Without the exchange no panel about this market has anything: one sentence, in the header, says why.
  const isAway = failure !== null && info === null;
  return (
    <div className="market-page" data-contract={contract !== null}>
      <MarketHeader {...props} mark={contract?.mark ?? null} failure={failure} />
      <div className="market-chart">
        {isAway ? <NoData title="Candles" className="chart no-data" /> : <ChartPanel {...props} view={view} />}
      </div>
      <div className="market-book">{isAway ? <NoData title="Order book" /> : <BookPanel {...props} />}</div>
      <div className="market-trades">{isAway ? <NoData title="Trades" /> : <TradesPanel {...props} />}</div>
      {contract && (
        <div className="market-contract">
          {isAway ? <NoData title="Contract" /> : <ContractPanel {...props} contract={contract} />}
        </div>
      )}
      <div className="market-quote">
        <QuotePanel {...props} />
      </div>
    </div>
  );
}
