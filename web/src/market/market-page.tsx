import { useQuery } from 'urql';
import type { MarketView } from '../address/address.ts';
import { toFailure } from '../client/error-text.ts';
import { ExchangeName } from '../ui/exchange-name.tsx';
import { FailureNote } from '../ui/failure-note.tsx';
import { BookPanel } from './book/book-panel.tsx';
import { ChartPanel } from './chart/chart-panel.tsx';
import { ContractPanel } from './contract/contract-panel.tsx';
import { MarketInfoDocument } from './market-info.graphql.ts';
import { QuotePanel } from './quote/quote-panel.tsx';
import { TradesPanel } from './trades/trades-panel.tsx';
import './market-page.css';

/** One market. Each panel loads and follows its own data, so that one that fails leaves the others alone. */
export function MarketPage({ view }: { readonly view: MarketView }) {
  const { exchange, symbol } = view;
  const [{ data, error }] = useQuery({ query: MarketInfoDocument, variables: { exchange, symbol } });
  const props = { market: { exchange, symbol }, info: data?.market ?? null };
  return (
    <div className="market-page">
      <header className="market-header">
        <h1>{symbol}</h1>
        <ExchangeName id={exchange} />
      </header>
      <FailureNote failure={error ? toFailure(error) : null} />
      <div className="market-chart">
        <ChartPanel {...props} view={view} />
      </div>
      <div className="market-book">
        <BookPanel {...props} />
      </div>
      <div className="market-trades">
        <TradesPanel {...props} />
      </div>
      <div className="market-contract">
        <ContractPanel {...props} />
      </div>
      <div className="market-quote">
        <QuotePanel {...props} />
      </div>
    </div>
  );
}
