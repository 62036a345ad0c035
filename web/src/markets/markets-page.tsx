import type { MarketsView } from '../address/address.ts';
import { useLive } from '../client/use-live.ts';
import { formatPrice } from '../format/price.ts';
import { ExchangeName } from '../ui/exchange-name.tsx';
import { FailureNote } from '../ui/failure-note.tsx';
import { Freshness } from '../ui/freshness.tsx';
import { Panel } from '../ui/panel.tsx';
import { WatchlistUpdatedDocument } from './watchlist.graphql.ts';

export function MarketsPage({ view }: { readonly view: MarketsView }) {
  const markets = view.markets ?? [{ exchange: 'sim', symbol: 'BTC/USDT' }];
  const { data, failure } = useLive(WatchlistUpdatedDocument, { markets });
  const ticker = data?.watchlistUpdated;
  return (
    <Panel title={view.name ?? 'Watch list'} extra={ticker && <Freshness {...ticker} />}>
      <FailureNote failure={failure} />
      {ticker && (
        <p>
          <ExchangeName id={ticker.exchange.id} /> {ticker.symbol} {formatPrice(ticker.last)}
        </p>
      )}
    </Panel>
  );
}
