import { formatPrice } from '../../format/price.ts';
import { ExchangeName } from '../../ui/exchange-name.tsx';
import { Figure } from '../figure.tsx';
import type { QuoteUpdatedSubscription } from './quote.graphql.ts';

type Quote = QuoteUpdatedSubscription['quoteUpdated'];

/** The best prices over all exchanges. Below zero, the spread means that somebody pays more than another one asks. */
export function QuoteFigures(props: {
  readonly quote: Quote | null;
  readonly step: number | null;
  readonly isStale: boolean;
}) {
  const { quote, step, isStale } = props;
  const spread = quote?.spread ?? null;
  return (
    <dl className="figures" data-stale={isStale}>
      <Figure label="Best bid">
        <BestPrice best={quote?.bestBid ?? null} step={step} />
      </Figure>
      <Figure label="Best ask">
        <BestPrice best={quote?.bestAsk ?? null} step={step} />
      </Figure>
      <Figure label="Spread">
        {formatPrice(spread, step)} {spread !== null && spread < 0 && <span className="crossed">crossed</span>}
      </Figure>
      <Figure label="Median">{formatPrice(quote?.median ?? null, step)}</Figure>
      <Figure label="Weighted by volume">{formatPrice(quote?.volumeWeighted ?? null, step)}</Figure>
    </dl>
  );
}

function BestPrice({ best, step }: { readonly best: Quote['bestBid']; readonly step: number | null }) {
  return (
    <>
      {formatPrice(best?.price ?? null, step)}
      <small>{best && <ExchangeName id={best.exchange.id} />}</small>
    </>
  );
}
