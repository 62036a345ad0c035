import { useEffect } from 'react';
import type { ScreenView } from '../address/address.ts';
import { replaceView } from '../address/use-view.ts';
import { Saved } from '../base/saved.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { Panel } from '../ui/panel.tsx';
import { chooseExchange } from './choose-exchange.ts';
import { ExchangeScreen } from './exchange-screen.tsx';
import './screen-page.css';

const lastUsed = new Saved('screen.exchange', (value) => (typeof value === 'string' ? value : null));

/** The screen of the exchange that the address names. If it names none, one is chosen, and the address then names it. */
export function ScreenPage({ view }: { readonly view: ScreenView }) {
  const exchanges = useStore(useServices().exchanges.byId);
  const { exchange } = view;

  useEffect(() => {
    if (!exchanges) return;
    if (exchange === null) {
      const chosen = chooseExchange(exchanges, lastUsed.read());
      if (chosen !== null) replaceView({ ...view, exchange: chosen });
    } else if (exchanges.has(exchange)) lastUsed.write(exchange);
  }, [exchanges, exchange, view]);

  return exchange === null ? (
    <Panel title="Screener">
      <p className="screen-note">
        {exchanges?.size === 0 ? 'This server has no exchanges.' : 'Loading the exchanges.'}
      </p>
    </Panel>
  ) : (
    <ExchangeScreen view={view} exchange={exchange} />
  );
}
