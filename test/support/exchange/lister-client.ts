import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { createCatalogue, readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import { Exchanges } from '../../../src/exchange/clients/exchanges.ts';
import type { ExchangeOptions } from '../../../src/exchange/clients/instance.ts';
import { createMarketData } from '../../../src/exchange/fetch/create-market-data.ts';
import type { MissingMarketsStatus } from '../../../src/exchange/markets/missing-markets.ts';
import { listers } from '../../venues/others/listings.ts';
import { PlainSource } from '../fakes/plain-market-data.ts';
import { patientMs } from './venue-client.ts';

export interface ListerOptions {
  readonly clock?: Clock;
  readonly timeoutMs?: number;
  readonly options?: ExchangeOptions;
}

/** Starts a stand-in that lists markets, and a client of it. Both run until the end of the test. */
export async function connectLister(id: keyof typeof listers, given: ListerOptions = {}) {
  const { clock = systemClock, timeoutMs = patientMs, options = {} } = given;
  const venue = await listers[id]();
  const missingMarkets: (MissingMarketsStatus | null)[] = [];
  const exchanges = new Exchanges({
    catalogue: createCatalogue(readCatalogue(), null),
    exchangeOptions: { [id]: { ...venue.exchangeConfig, enableRateLimit: false, ...options } },
    clock,
    random: () => 0.5,
    timeoutMs,
    onError: () => {},
    onMissingMarkets: (_, status) => missingMarkets.push(status),
  });
  onTestFinished(async () => {
    await exchanges.close();
    await venue.close();
  });
  const data = new PlainSource(createMarketData(exchanges, clock));
  return { venue, exchanges, client: await exchanges.get(id), data, missingMarkets };
}
