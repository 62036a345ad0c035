import { useEffect } from 'react';
import type { ScreenView } from '../address/address.ts';
import { replaceView } from '../address/use-view.ts';
import { useIsOld } from '../client/use-is-old.ts';
import { useLive } from '../client/use-live.ts';
import { ExchangeName } from '../ui/exchange-name.tsx';
import { toVariables } from './presets.ts';
import { useQuoteCurrencies } from './quote-currencies.ts';
import { ScreenUpdatedDocument } from './screen.graphql.ts';
import { ScreenFilters } from './screen-filters.tsx';
import { toRows } from './screen-rows.ts';
import { ScreenStatus } from './screen-status.tsx';
import { ScreenTable } from './screen-table.tsx';

/**
 * The markets of one exchange, ranked. If the address names no quote currency, that of the most markets is chosen:
 * volumes in different currencies cannot be compared.
 */
export function ExchangeScreen({ view, exchange }: { readonly view: ScreenView; readonly exchange: string }) {
  const variables = toVariables(view, exchange);
  const currencies = useQuoteCurrencies(exchange, variables.type ?? null);
  const isReady = view.quote !== null || currencies !== null;
  const { data, missing, failure } = useLive(ScreenUpdatedDocument, isReady ? variables : null);
  const isOld = useIsOld(data);

  useEffect(() => {
    const [mostCommon] = currencies ?? [];
    if (view.quote === null && mostCommon !== undefined) replaceView({ ...view, quote: mostCommon });
  }, [view, currencies]);

  return (
    <section className="panel screen-panel" aria-label="Screener">
      <header className="panel-header">
        <h1>
          <ExchangeName id={exchange} />
        </h1>
      </header>
      <ScreenFilters view={view} exchange={exchange} currencies={currencies ?? []} />
      <ScreenStatus view={view} count={data?.screenUpdated.length ?? null} failures={[failure, missing]} />
      <ScreenTable
        exchange={exchange}
        rows={data ? toRows(data.screenUpdated) : []}
        view={view}
        isOld={isOld}
        onSort={(sorting) => replaceView({ ...view, sorting })}
      />
    </section>
  );
}
