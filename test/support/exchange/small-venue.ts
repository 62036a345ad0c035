import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { createCatalogue, readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import type { ExchangeClient } from '../../../src/exchange/clients/exchange-client.ts';
import { Exchanges } from '../../../src/exchange/clients/exchanges.ts';
import { createMarketData } from '../../../src/exchange/fetch/create-market-data.ts';
import { createVenue, type ExchangeConfig, type Route, type Venue } from '../../venues/venue.ts';
import { PlainSource } from '../fakes/plain-market-data.ts';

/** A stand-in for an exchange that has only what a test is about, and the port over it. */
export interface SmallVenue {
  readonly venue: Venue;
  readonly exchanges: Exchanges;
  readonly client: ExchangeClient;
  readonly data: PlainSource;
  close(): Promise<void>;
}

export interface SmallVenueOptions {
  readonly id: string;
  readonly routes: readonly Route[];
  readonly exchangeConfig: (url: string) => ExchangeConfig;
  readonly clock?: Clock;
}

/** Starts one; close it when done. */
export async function openSmallVenue(given: SmallVenueOptions): Promise<SmallVenue> {
  const { id, routes, exchangeConfig, clock = systemClock } = given;
  const refuse = (status: number) => ({ status, body: { error: 'no such thing' } });
  const venue = await createVenue({ markets: [], routes, refuse, exchangeConfig });
  const exchanges = new Exchanges({
    catalogue: createCatalogue(readCatalogue(), null),
    exchangeOptions: { [id]: { ...venue.exchangeConfig, enableRateLimit: false } },
    clock,
    random: () => 0.5,
    timeoutMs: 5000,
    maxQueuedCalls: 100,
    onError: () => {},
  });
  return {
    venue,
    exchanges,
    client: await exchanges.get(id),
    data: new PlainSource(createMarketData(exchanges, clock)),
    close: async () => {
      await exchanges.close();
      await venue.close();
    },
  };
}
